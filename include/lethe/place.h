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
#include <lethe/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lethe_placed {
	uint64_t source;	/* PA of the first file byte; dest when the list brings it */
	uint64_t dest;		/* PA; equal to source when it stays */
};

struct lethe_placement {
	uint64_t image_base;		/* PA of byte 0 of the Image; 0 when there is none */
	uint64_t extent_end;		/* image_base + extent_size */
	uint64_t workspace;		/* [workspace, workspace_end): Lethe itself */
	uint64_t workspace_end;
	uint64_t plan;			/* [plan, plan_end) */
	uint64_t plan_end;
	uint64_t entry;			/* PA */
	uint64_t tree;			/* PA of the slot for the fixed-up tree; 0 when none is passed */
	uint64_t tree_end;
	struct lethe_placed segment[LETHE_SEGMENT_MAX];
	uint8_t order[LETHE_SEGMENT_MAX];	/* the slot's segments in the order in which to move them */
};

/*
 * Places a plan that lethe_plan_check() accepted.
 *
 * A segment whose destination covers another's source is moved after that one, and one at a time is
 * always enough: its own source it may cover, either way. What waits for ever is LETHE_E_DEST_SOURCE:
 * segments in a ring, one over the source of a later slot, one that waits for any of these; the first
 * of them is named.
 *
 * plan		the plan at its own PA (plan_pa; on a host the two differ)
 * slot		index of the slot to boot, < plan->slot_count. Segments of other slots are placed too:
 *		those of later slots must survive. What an earlier one brought is not wanted any more
 * image_base	PA of byte 0 of the Image, 4 KiB aligned; unused when extent_size is 0
 * placement	filled in
 * where	names the entry at fault; may be null
 *
 * Returns 0 or, first met: LETHE_E_IMAGE_BASE, LETHE_E_SEGMENT_WRAP (the extent, the plan, a segment
 * or the tree slot), LETHE_E_PLAN_WORKSPACE (over a part of the plan; with all of it inside it is a
 * copy), LETHE_E_SOURCE_LETHE,
 * LETHE_E_DEST_EXTENT (a part in place or a tree slot beyond the extent), LETHE_E_DEST_OVERLAP,
 * LETHE_E_DEST_LETHE, LETHE_E_DEST_PLAN, LETHE_E_DEST_SOURCE, LETHE_E_INITRD_WINDOW. A slot that does
 * not exist is LETHE_E_INTERNAL.
 */
int lethe_place(const struct lethe_plan *plan, uint64_t plan_pa, unsigned int slot,
		uint64_t image_base, struct lethe_placement *placement, struct lethe_where *where);

/*
 * May an initrd at [start, end) go with the slot's kernel? booting.rst: it "must fit entirely within a 1 GB
 * aligned physical memory window of up to 32 GB in size that fully covers the kernel Image as well". 1 or
 * 0. When the entry is in no segment, the entry itself has to be in the window. The placement was filled in.
 */
int lethe_place_initrd_fits(const struct lethe_plan *plan, const struct lethe_slot *slot,
			    const struct lethe_placement *placement, uint64_t start, uint64_t end);

/* Do [a, a + a_size) and [b, b + b_size) share a byte? Neither may wrap; an empty one never does. */
int lethe_overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size);

#ifdef __cplusplus
}
#endif

#endif
