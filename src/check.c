/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 1: is the plan sound, and can its parts be where it wants them? Nothing is written but the
 * road. */
#include "entry.h"
#include "context.h"

/* Does the CPU have the page size that the kernel was built for? ID_AA64MMFR0_EL1, TGran fields. */
static int has_page_size(unsigned int page_size)
{
	uint64_t mmfr0;

	__asm__ volatile("mrs %0, id_aa64mmfr0_el1" : "=r"(mmfr0));
	switch (page_size) {
	case 1: return ((mmfr0 >> 28) & 0xf) != 0xf;
	case 2: return ((mmfr0 >> 20) & 0xf) != 0;
	case 3: return ((mmfr0 >> 24) & 0xf) != 0xf;
	default: return 1;
	}
}

int lethe_check(struct lethe_road *road, struct lethe_where *where)
{
	const struct lethe_plan *plan = (const struct lethe_plan *)road->plan_pa;
	int status = lethe_plan_check(plan, road->plan_limit, where);

	if (status != LETHE_OK) {
		return status;
	}
	road->plan = plan;
	road->slot = &lethe_plan_slots(plan)[road->slot_index];

	status = lethe_plan_supported(
		plan, road->cargo != 0 ? LETHE_DOOR_LIBRARY : LETHE_DOOR_IMAGE, where);
	if (status != LETHE_OK) {
		return status;
	}
	if (road->cargo == 0 && plan->extent_size != road->image_size) {
		return lethe_fail(where, LETHE_E_IMAGE_EXTENT, LETHE_WHAT_NONE, 0, 0,
				  road->image_size);
	}
	if (!has_page_size(road->page_size)) {
		return lethe_fail(where, LETHE_E_PAGE_SIZE, LETHE_WHAT_NONE, 0, 0, 0);
	}
	status = lethe_place(plan, road->plan_pa, road->slot_index, road->image_base,
			     &road->placement, where);
	if (status != LETHE_OK) {
		return status;
	}
	/* The checks above kept everything off the workspace. It has to be where Lethe really is.
	 */
	if (road->placement.workspace > road->image_base ||
	    road->placement.workspace_end < road->image_base + lethe_blob_size()) {
		return lethe_fail(where, LETHE_E_PLAN_WORKSPACE, LETHE_WHAT_NONE, 0, "workspace",
				  road->placement.workspace);
	}
	road->is_checked = 1;
	return LETHE_OK;
}
