/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's own judgement on the host: lethe_plan_check(), lethe_plan_supported() and
 * lethe_place() at addresses that a loader may choose.
 */
#include <inttypes.h>

#include "bundle.h"
#include "tool.h"

/* At a base, and 4 KiB further on: a loader that ignores the alignment makes the kernel slide. */
static int place_at(const struct lethe_plan *plan, uint64_t plan_offset, uint64_t base,
		    struct lethe_placement *placement, struct lethe_where *where)
{
	const uint64_t odd = base + TOOL_PAGE;
	int status = lethe_place(plan, odd + plan_offset, 0, odd, placement, where);

	if (status != LETHE_OK) {
		return status;
	}
	return lethe_place(plan, base + plan_offset, 0, base, placement, where);
}

int bundle_place(const struct lethe_plan *plan, uint64_t plan_offset, uint64_t *base,
		 struct lethe_placement *placement, struct lethe_where *where)
{
	const struct lethe_segment *segment = lethe_plan_segments(plan);
	struct lethe_where ignored;

	*base = BUNDLE_USUAL_BASE;

	int first = place_at(plan, plan_offset, *base, placement, where);

	for (uint32_t i = 0; first != LETHE_OK && i < plan->segment_count; i++) {
		uint64_t end;

		if ((segment[i].flags & LETHE_SEGMENT_IN_PLACE) != 0) {
			continue;
		}
		end = segment[i].dest + segment[i].mem_size;
		*base = tool_round_up(end, TOOL_BLOCK);
		if (*base < end || plan->extent_size > UINT64_MAX - *base - TOOL_BLOCK) {
			continue;
		}
		if (place_at(plan, plan_offset, *base, placement, &ignored) == LETHE_OK) {
			return LETHE_OK;
		}
	}
	return first;
}

int bundle_check(const struct bundle *bundle)
{
	const struct lethe_plan *plan = bundle->plan;
	const uint64_t plan_offset = bundle->blob.plan_offset;
	struct lethe_placement placement;
	struct lethe_where where = {0};
	char line[TOOL_REASON_SIZE];
	uint64_t base;
	int status = lethe_plan_check(plan, plan->total_size, &where);

	if (status == LETHE_OK) {
		status = lethe_plan_supported(plan, LETHE_DOOR_IMAGE, &where);
	}
	if (status == LETHE_OK) {
		status = bundle_place(plan, plan_offset, &base, &placement, &where);
	}
	if (status != LETHE_OK) {
		tool_status_line(line, sizeof(line), status, &where);
		return tool_fail(TOOL_USAGE, "pack", "%s", line);
	}
	if (base != BUNDLE_USUAL_BASE) {
		status = place_at(plan, plan_offset, BUNDLE_USUAL_BASE, &placement, &where);
		tool_status_line(line, sizeof(line), status, &where);
		tool_warn("pack",
			  "loaded at 0x%llx, as QEMU's virt machine does, it would refuse: %s",
			  BUNDLE_USUAL_BASE, line);
	}
	return TOOL_OK;
}
