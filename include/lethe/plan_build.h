/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PLAN_BUILD_H
#define LETHE_PLAN_BUILD_H

/*
 * Builds a plan with one slot, piece by piece, for a loader that is linked with liblethe.a: init,
 * then segments and windows in any order, the fields of *plan and of its slot that the loader cares
 * for, and seal last. docs/spec/plan.md says what each field means.
 *
 * Pure C, no allocation: the plan grows in the caller's buffer. Any EL, MMU on or off (naturally
 * aligned accesses only). A failed call changes nothing. Nothing here judges the plan:
 * lethe_plan_check() does.
 */

#include <stdint.h>

#include <lethe/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * An empty plan in buffer: version, one slot named name (cut to 15 characters), on_fail RETURN, no
 * console, PSCI as the tree says, entry at segment 0 + 0, no tree, no initrd.
 *
 * buffer	8-byte aligned, size bytes, LETHE_PLAN_SIZE_MAX is always enough; the caller's
 * Returns 0, LETHE_E_PLAN_ALIGN, or LETHE_E_PLAN_SIZE when not even that fits.
 */
int lethe_plan_init(void *buffer, uint64_t size, const char *name);

/* The slot, to be filled in by hand. Valid until the next segment or window is added. */
struct lethe_slot *lethe_plan_slot(struct lethe_plan *plan);

/*
 * Appends a segment: file_size bytes from source to dest, the tail up to mem_size zeroed, both PAs.
 * dest == source means: it stays where it is. The digest is computed from the bytes at data: those
 * that will be at source when Lethe runs, wherever they are now (source itself, when that is mapped);
 * a null data is a segment that the indirection list brings: source is 0 then, and digest[] is to be
 * filled in by hand.
 *
 * size		of the buffer that was given to lethe_plan_init()
 * Returns 0, or LETHE_E_PLAN_COUNT (64 are there), LETHE_E_PLAN_SIZE. The new segment is the last:
 * its index is plan->segment_count - 1.
 */
int lethe_plan_add_segment(struct lethe_plan *plan, uint64_t size, const char *name,
			   const void *data, uint64_t source, uint64_t dest, uint64_t file_size,
			   uint64_t mem_size);

/*
 * The older form of lethe_plan_add_segment(), until the next release. Returns the segment's index or
 * a status.
 */
int lethe_plan_segment(struct lethe_plan *plan, uint64_t size, const char *name, const void *data,
		       uint64_t source, uint64_t dest, uint64_t file_size, uint64_t mem_size);

/* Segment index, to be filled in by hand. Valid until the next segment or window is added. */
struct lethe_segment *lethe_plan_segment_at(struct lethe_plan *plan, unsigned int index);

/*
 * Appends a window of RAM that Lethe may store to: [base, base + bytes), 4 KiB aligned, behind those
 * that are there. Returns 0, or LETHE_E_PLAN_COUNT, LETHE_E_PLAN_SIZE.
 */
int lethe_plan_window(struct lethe_plan *plan, uint64_t size, uint64_t base, uint64_t bytes);

/*
 * The payload's command line, once, behind everything else. Returns 0, or LETHE_E_PLAN_SIZE;
 * LETHE_E_PLAN_STRING when there is one already, or it is too long.
 */
int lethe_plan_cmdline(struct lethe_plan *plan, uint64_t size, const char *text);

/* Writes total_size and the digest. Whatever changes afterwards wants another call. */
void lethe_plan_seal(struct lethe_plan *plan);

#ifdef __cplusplus
}
#endif

#endif
