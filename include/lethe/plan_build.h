/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PLAN_BUILD_H
#define LETHE_PLAN_BUILD_H

/*
 * Builds a plan with a single slot, piece by piece, for a loader linked with liblethe.a. The order: init;
 * segments and windows in any order; fields of *plan and of the slot by hand; seal last.
 * docs/spec/plan.md explains each field.
 *
 * Pure C, no allocation: the plan grows in the caller's buffer. Any EL, MMU on or off (naturally
 * aligned accesses only). A failed call leaves the plan unchanged. Only lethe_plan_check() validates the
 * plan.
 */

#include <stdint.h>

#include <lethe/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Makes an empty plan in buffer. The plan has one slot named name (cut to 15 characters), on_fail RETURN,
 * PSCI as the tree says, entry at segment 0 + 0, no console, no tree, no initrd.
 *
 * buffer	8-byte aligned, size bytes, LETHE_PLAN_SIZE_MAX is always enough; the caller's
 * Returns 0, LETHE_E_PLAN_ALIGN, or LETHE_E_PLAN_SIZE if the empty plan does not fit.
 */
int lethe_plan_init(void *buffer, uint64_t size, const char *name);

/* The slot, to be filled in by hand. Valid until the next segment or window is added. */
struct lethe_slot *lethe_plan_slot(struct lethe_plan *plan);

/*
 * Appends a segment: file_size bytes from source to dest, the tail up to mem_size zeroed, both PAs.
 * If dest == source, the segment stays in place. The digest is computed from the bytes at data: a copy
 * of the bytes that will be at source when Lethe runs, or source itself if mapped. If data is null, the
 * indirection list supplies the segment: source is then 0, and the caller fills in digest[].
 *
 * size		of lethe_plan_init()'s buffer, bytes
 * Returns 0, or LETHE_E_PLAN_COUNT (the plan has 64), LETHE_E_PLAN_SIZE. The new segment is the last:
 * its index is plan->segment_count - 1.
 */
int lethe_plan_add_segment(struct lethe_plan *plan, uint64_t size, const char *name,
			   const void *data, uint64_t source, uint64_t dest, uint64_t file_size,
			   uint64_t mem_size);

/*
 * lethe_plan_add_segment() with a digest that the caller has already, a manifest's: 32 bytes, the SHA-256 of the
 * file_size bytes. Nothing is read; Lethe compares when it moves the segment.
 */
int lethe_plan_segment_digest(struct lethe_plan *plan, uint64_t size, const char *name,
			      const uint8_t digest[LETHE_DIGEST_SIZE], uint64_t source, uint64_t dest,
			      uint64_t file_size, uint64_t mem_size);

/*
 * The older form of lethe_plan_add_segment(), until the next release. Returns the segment's index or
 * a status.
 */
int lethe_plan_segment(struct lethe_plan *plan, uint64_t size, const char *name, const void *data,
		       uint64_t source, uint64_t dest, uint64_t file_size, uint64_t mem_size);

/* Segment index, to be filled in by hand. Valid until the next segment or window is added. */
struct lethe_segment *lethe_plan_segment_at(struct lethe_plan *plan, unsigned int index);

/*
 * Appends a window of RAM that Lethe may store to: [base, base + bytes), 4 KiB aligned, above all
 * earlier windows. Returns 0, or LETHE_E_PLAN_COUNT, LETHE_E_PLAN_SIZE.
 */
int lethe_plan_window(struct lethe_plan *plan, uint64_t size, uint64_t base, uint64_t bytes);

/*
 * Gives segment index digests for chunks of 1 << shift bytes in place of its one digest, so that several CPUs can check
 * it; LETHE_PLAN_SMP in plan->flags lets them. In ascending order of index; a slot's tree_segment has no chunks
 * (lethe_plan_check(): LETHE_E_PLAN_TREE). data: the segment's bytes, as for
 * lethe_plan_add_segment(). A chunk takes 32 bytes of the plan: LETHE_CHUNKS_SIZE_MAX is always enough.
 * Returns 0, or LETHE_E_PLAN_COUNT (the plan would have more than LETHE_CHUNK_MAX), LETHE_E_PLAN_SIZE;
 * LETHE_E_PLAN_CHUNKS if the shift is not 16 to 26, if the segment is empty or the list supplies it, or if it or one
 * behind it has chunks already.
 */
int lethe_plan_chunk(struct lethe_plan *plan, uint64_t size, unsigned int index, const void *data,
		     unsigned int shift);

/*
 * Appends the payload's command line, once, after all segments and windows. Returns 0, or
 * LETHE_E_PLAN_SIZE; LETHE_E_PLAN_STRING if the plan has a command line already, or text is too long.
 */
int lethe_plan_cmdline(struct lethe_plan *plan, uint64_t size, const char *text);

/*
 * What starts a Linux kernel. A pointer is where the caller sees the bytes, the address beside it where they are (PA);
 * both are the caller's and stay where they are until Lethe has moved them.
 */
struct lethe_linux {
	const void *kernel;	/* an arm64 Image, not compressed; 8-byte aligned */
	uint64_t kernel_at;
	uint64_t kernel_size;	/* bytes of the file */
	const void *initrd;	/* null: none */
	uint64_t initrd_at;	/* where the kernel finds it, too: a multiple of 4 KiB */
	uint64_t initrd_size;
	const void *tree;	/* the firmware's device tree, or one of the caller's; its header has its size */
	uint64_t tree_at;	/* 8-byte aligned */
	const char *cmdline;	/* null: the tree's bootargs */
	uint64_t room;		/* PA of free RAM: the kernel goes there, the completed tree and Lethe's workspace behind it */
	uint64_t room_size;	/* bytes: text_offset, image_size, 2 MiB, lethe_boot_workspace(), and twice up to 2 MiB to begin on a multiple */
};

/*
 * Completes a plan that is new from lethe_plan_init(), windows perhaps excepted: segments 0 "kernel", 1 "tree", 2 "initrd"
 * if there is one, slot, command line and workspace. The kernel is copied, tree and initrd stay. The console is the
 * tree's stdout-path. Fields may be changed and chunks added (lethe_plan_chunk()) before the plan is sealed.
 *
 * size		of lethe_plan_init()'s buffer, bytes
 * Returns 0; LETHE_E_CALLER_KERNEL if the kernel is no arm64 Image, or one without image_size (before Linux 3.17);
 * LETHE_E_TREE_HEADER if the tree is none; LETHE_E_CALLER_ROOM if the room is too small or wraps around; LETHE_E_PLAN_SIZE,
 * LETHE_E_PLAN_STRING as the functions above. After an error the plan is of no use.
 */
int lethe_plan_linux(struct lethe_plan *plan, uint64_t size, const struct lethe_linux *boot);

/* Writes total_size and the digest. After any further change, call this again. */
void lethe_plan_seal(struct lethe_plan *plan);

#ifdef __cplusplus
}
#endif

#endif
