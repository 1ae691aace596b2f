/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PLACE_H
#define LETHE_PLACE_H

/*
 * Where a plan's parts really are and really go, and whether that is allowed. The plan is never
 * edited: the answer is this work array. Pure C: firmware, host tool and tests share it. Any EL, MMU
 * on or off; reads only (but for *placement).
 */

#include <stdint.h>

#include <lethe/plan.h>
#include <lethe/range.h>
#include <lethe/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lethe_placed {
	uint64_t source;	/* PA of the first file byte; dest when the list brings it */
	uint64_t dest;		/* PA; equal to source when it stays */
};

struct lethe_placement {
	struct lethe_range extent;	/* the Image, bss and all: byte 0 and on; 0 and 0: there is none */
	struct lethe_range workspace;	/* Lethe itself */
	struct lethe_range plan;
	uint64_t entry;			/* PA */
	struct lethe_range tree;	/* the buffer of the fixed-up tree; 0 and 0: no tree is passed */
	struct lethe_placed segment[LETHE_SEGMENT_MAX];
	uint8_t order[LETHE_SEGMENT_MAX];	/* the slot's segments in the order in which to move them */
};

/*
 * Places a plan that lethe_plan_check() accepted.
 *
 * A segment that would overwrite another's source is moved after that one. A segment may cover its own
 * source, in either direction. If no safe order is left, LETHE_E_DEST_SOURCE names the first segment that
 * cannot move: it is part of a cycle, or it covers the source of a later slot, or it waits for such a segment.
 *
 * plan		the plan at its own PA (plan_pa; on a host the two differ)
 * slot		index of the slot to boot, < plan->slot_count. Segments of other slots are placed too:
 *		those of later slots must survive, those of earlier ones need not
 * image_base	PA of byte 0 of the Image, 4 KiB aligned; unused when extent_size is 0
 * placement	filled in
 * where	names the entry at fault; may be null
 *
 * Returns 0 or, first met: LETHE_E_IMAGE_BASE, LETHE_E_SEGMENT_WRAP (the extent, the plan, a segment
 * or the tree buffer), LETHE_E_PLAN_WORKSPACE (over a part of the plan; with all of it inside it is a
 * copy), LETHE_E_SOURCE_LETHE,
 * LETHE_E_DEST_EXTENT (a part in place or a tree buffer beyond the extent), LETHE_E_DEST_OVERLAP,
 * LETHE_E_DEST_LETHE, LETHE_E_DEST_PLAN, LETHE_E_DEST_SOURCE, LETHE_E_INITRD_WINDOW. A slot that does
 * not exist is LETHE_E_INTERNAL.
 */
int lethe_place(const struct lethe_plan *plan, uint64_t plan_pa, unsigned int slot,
		uint64_t image_base, struct lethe_placement *placement, struct lethe_where *where);

/*
 * True if an initrd at [start, end) obeys booting.rst: the initrd "must fit entirely within a 1 GB aligned
 * physical memory window of up to 32 GB in size that fully covers the kernel Image as well". If the entry
 * is in no segment, the entry itself must be in the window. lethe_place() has filled in the placement.
 */
bool lethe_place_initrd_fits(const struct lethe_plan *plan, const struct lethe_slot *slot,
			    const struct lethe_placement *placement, uint64_t start, uint64_t end);

#ifdef __cplusplus
}
#endif

#endif
