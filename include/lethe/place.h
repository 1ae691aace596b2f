/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PLACE_H
#define LETHE_PLACE_H

/*
 * The real sources and destinations of a plan's parts, and the check that they are allowed. The plan is
 * never edited: the results go into a work array. Pure C: firmware, host tool and tests share this code.
 * Any EL, MMU on or off; stores to *placement only.
 */

#include <stdbool.h>
#include <stdint.h>

#include <lethe/plan.h>
#include <lethe/range.h>
#include <lethe/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lethe_placed {
	uint64_t source;	/* PA of the first file byte; dest if the list supplies the bytes */
	uint64_t dest;		/* PA; equal to source if the segment stays */
};

struct lethe_placement {
	struct lethe_range extent;	/* the Image, bss and all: byte 0 and on; 0 and 0: no Image */
	struct lethe_range workspace;	/* Lethe itself */
	struct lethe_range plan;
	uint64_t entry;			/* PA */
	struct lethe_range tree;	/* the buffer of the fixed-up tree; 0 and 0: no tree is passed */
	struct lethe_placed segment[LETHE_SEGMENT_MAX];
	uint8_t order[LETHE_SEGMENT_MAX];	/* the slot's segments in the order of their moves */
};

/*
 * Places a plan that lethe_plan_check() accepted.
 *
 * A segment that would overwrite another's source moves after the other. A segment may cover its own
 * source, in either direction. If no safe order is left, LETHE_E_DEST_SOURCE names the first segment that
 * cannot move: part of a cycle, over the source of a later slot, or waiting for a segment of these two kinds.
 *
 * plan		the plan at its own PA (plan_pa; on a host the two differ)
 * slot		index of the slot to boot, < plan->slot_count. Segments of other slots are placed too: the
 *		sources of later slots must survive, the sources of earlier slots need not
 * image_base	PA of byte 0 of the Image, 4 KiB aligned; unused if extent_size is 0
 * placement	filled in
 * where	names the entry at fault; may be null
 *
 * Returns 0 or the first error:
 *	LETHE_E_IMAGE_BASE	image_base is not a multiple of 4 KiB
 *	LETHE_E_SEGMENT_WRAP	the extent, the plan, a segment or the tree buffer wraps
 *	LETHE_E_PLAN_WORKSPACE	the workspace covers a part of the plan (with all of the plan inside, the
 *				plan is the copy in the workspace)
 *	LETHE_E_SOURCE_LETHE	a source overlaps Lethe or the plan
 *	LETHE_E_DEST_EXTENT	a part in place or the tree buffer is beyond the extent
 *	LETHE_E_DEST_OVERLAP	two destinations overlap
 *	LETHE_E_DEST_LETHE, LETHE_E_DEST_PLAN	a destination overlaps Lethe, or the plan
 *	LETHE_E_DEST_SOURCE	no safe order, see above
 *	LETHE_E_INITRD_WINDOW	lethe_place_initrd_fits() is false
 *	LETHE_E_INTERNAL	the slot does not exist
 */
int lethe_place(const struct lethe_plan *plan, uint64_t plan_pa, unsigned int slot,
		uint64_t image_base, struct lethe_placement *placement, struct lethe_where *where);

/*
 * True if the slot's kernel can use an initrd at [start, end). booting.rst: an initrd "must fit entirely
 * within a 1 GB aligned physical memory window of up to 32 GB in size that fully covers the kernel Image as
 * well". If the entry is in no segment, the entry itself must be in the window. lethe_place() has filled in
 * the placement.
 */
bool lethe_place_initrd_fits(const struct lethe_plan *plan, const struct lethe_slot *slot,
			     const struct lethe_placement *placement, uint64_t start, uint64_t end);

#ifdef __cplusplus
}
#endif

#endif
