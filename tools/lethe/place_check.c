/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The firmware's own checks on the host: lethe_plan_check(), lethe_plan_supported() and
 * lethe_place() at addresses that a loader may choose.
 */
#include <inttypes.h>
#include <stdio.h>

#include "bundle.h"
#include "tool.h"

/*
 * Places a slot at base and at base + 4 KiB: if a loader ignores the alignment, the kernels slide.
 */
static int place_at(const struct lethe_plan *plan, uint64_t plan_offset, uint64_t base,
		    struct bundle_placement *placed, uint32_t *slot, struct lethe_where *where)
{
	const uint64_t odd = base + TOOL_PAGE;

	placed->base = base;
	for (*slot = 0; *slot < plan->slot_count; ++*slot) {
		struct lethe_placement *placement = &placed->placement[*slot];
		int status = lethe_place(plan, odd + plan_offset, *slot, odd, placement, where);

		if (status == LETHE_OK) {
			status = lethe_place(plan, base + plan_offset, *slot, base, placement,
					     where);
		}
		if (status != LETHE_OK) {
			return status;
		}
	}
	return LETHE_OK;
}

int bundle_place(const struct lethe_plan *plan, uint64_t plan_offset,
		 struct bundle_placement *placed)
{
	const struct lethe_segment *segment = lethe_plan_segments(plan);
	const int first = place_at(plan, plan_offset, BUNDLE_USUAL_BASE, placed, &placed->slot,
				   &placed->where);

	for (uint32_t i = 0; first != LETHE_OK && i < plan->segment_count; i++) {
		struct lethe_where ignored;
		uint64_t base;
		uint64_t end;
		uint32_t slot;

		if ((segment[i].flags & LETHE_SEGMENT_IN_PLACE) != 0) {
			continue;
		}
		end = segment[i].dest + segment[i].mem_size;
		base = tool_round_up(end, TOOL_BLOCK);
		if (base < end || plan->extent_size > UINT64_MAX - base - TOOL_BLOCK) {
			continue;
		}
		if (place_at(plan, plan_offset, base, placed, &slot, &ignored) == LETHE_OK) {
			return LETHE_OK;
		}
	}
	return first;
}

void bundle_status_line(char *line, size_t size, const struct lethe_plan *plan, uint32_t slot,
			int status, const struct lethe_where *where)
{
	int used = 0;

	if (plan->slot_count > 1) {
		used = snprintf(line, size, "slot %" PRIu32 ": ", slot);
	}
	tool_status_line(line + used, size - (size_t)used, status, where);
}

int bundle_check(const struct bundle *bundle)
{
	const struct lethe_plan *plan = bundle->plan;
	struct bundle_placement placed = {0};
	char line[TOOL_REASON_SIZE];
	struct lethe_where where = {0};
	int status = lethe_plan_check(plan, plan->total_size, &where);

	if (status == LETHE_OK) {
		status = lethe_plan_supported(plan, LETHE_DOOR_IMAGE, &where);
	}
	if (status == LETHE_E_PLAN_CONSOLE && where.what == LETHE_WHAT_SEGMENT) {
		return tool_fail(TOOL_USAGE, "pack",
				 "--console 0x%llx is where \"%s\" goes: the lines would be stored there",
				 where.value, where.name);
	}
	if (status != LETHE_OK) {
		tool_status_line(line, sizeof(line), status, &where);
		return tool_fail(TOOL_USAGE, "pack", "%s", line);
	}
	status = bundle_place(plan, bundle->blob.plan_offset, &placed);
	if (status != LETHE_OK) {
		bundle_status_line(line, sizeof(line), plan, placed.slot, status, &placed.where);
		return tool_fail(TOOL_USAGE, "pack", "%s", line);
	}
	if (placed.base != BUNDLE_USUAL_BASE) {
		struct bundle_placement usual;
		uint32_t slot;

		status = place_at(plan, bundle->blob.plan_offset, BUNDLE_USUAL_BASE, &usual, &slot,
				  &where);
		bundle_status_line(line, sizeof(line), plan, slot, status, &where);
		tool_warn("pack",
			  "loaded at 0x%llx, as QEMU's virt machine does, it would refuse: %s",
			  BUNDLE_USUAL_BASE, line);
	}
	return TOOL_OK;
}
