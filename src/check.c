/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 1: the plan is sound, and its parts can be where it wants them. Nothing is written but the context. */
#include "cpu/hyp_stub.h"
#include "entry.h"
#include "stages.h"

/* True if the CPU has the page size that the kernel was built for. ID_AA64MMFR0_EL1, TGran fields. */
static bool has_page_size(unsigned int page_size)
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

static int check(struct lethe_context *ctx, struct lethe_where *where)
{
	const struct lethe_plan *plan = (const struct lethe_plan *)ctx->plan_pa;
	int status = lethe_plan_check(plan, ctx->plan_limit, where);

	if (status != LETHE_OK) {
		return status;
	}
	ctx->plan = plan;
	ctx->slot = &lethe_plan_slots(plan)[ctx->slot_index];

	status = lethe_plan_supported(
		plan, ctx->library != 0 ? LETHE_DOOR_LIBRARY : LETHE_DOOR_IMAGE, where);
	if (status != LETHE_OK) {
		return status;
	}
	if (ctx->library == 0 && plan->extent_size != ctx->image_size) {
		return lethe_error_at(where, LETHE_E_IMAGE_EXTENT, LETHE_WHAT_NONE, 0, 0,
				  ctx->image_size);
	}
	if (!has_page_size(ctx->page_size)) {
		return lethe_error_at(where, LETHE_E_PAGE_SIZE, LETHE_WHAT_NONE, 0, 0, 0);
	}
	status = lethe_place(plan, ctx->plan_pa, ctx->slot_index, ctx->image_base,
			     &ctx->placement, where);
	if (status != LETHE_OK) {
		return status;
	}
	/* The checks above kept everything off the workspace. It has to be where Lethe really is. */
	if (!lethe_range_contains(ctx->placement.workspace,
				  lethe_range_of(ctx->image_base, lethe_blob_size()))) {
		return lethe_error_at(where, LETHE_E_PLAN_WORKSPACE, LETHE_WHAT_NONE, 0, "workspace",
				  ctx->placement.workspace.start);
	}
	ctx->is_checked = true;
	return LETHE_OK;
}

/* A dry run leaves the stub as it is. */
static bool needs_el2(const struct lethe_context *ctx)
{
	return ctx->el == 1 && ctx->plan->hyp_stub != LETHE_HYP_STUB_NONE &&
	       (ctx->plan->flags & LETHE_PLAN_STOP_AFTER_CHECK) == 0;
}

int lethe_stage_check(struct lethe_context *ctx, int door_status)
{
	int status = door_status;

	if (status == LETHE_OK) {
		status = check(ctx, &ctx->check_where);
	}
	if (status == LETHE_OK && needs_el2(ctx)) {
		status = lethe_hyp_stub_restart((enum lethe_hyp_stub)ctx->plan->hyp_stub, ctx->restart,
						ctx->argument);
	}
	if (ctx->el == 3) {
		status = LETHE_E_EL3;
		ctx->check_where = (struct lethe_where){0};
	}
	ctx->check_status = status;
	ctx->stage_bytes = ctx->plan != 0 ? ctx->plan->total_size : 0;
	return LETHE_OK;
}
