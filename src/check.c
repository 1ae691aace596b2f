/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 1: checks the plan and places its parts. Writes only the context. */
#include "cpu/feature.h"
#include "cpu/hyp_stub.h"
#include "cpu/sysreg.h"
#include "entry.h"
#include "stages.h"

/* True if the CPU has the kernel's page size, a number of the Image header. */
static bool has_page_size(unsigned int page_size)
{
	const uint64_t mmfr0 = READ(id_aa64mmfr0_el1);

	switch (page_size) {
	case 1: return !feature_is_negative(mmfr0, MMFR0_TGRAN4);
	case 2: return feature(mmfr0, MMFR0_TGRAN16) != 0;
	case 3: return !feature_is_negative(mmfr0, MMFR0_TGRAN64);
	default: return true;
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
	status = lethe_place(plan, ctx->plan_pa, ctx->slot_index, ctx->image_base, &ctx->placement,
			     where);
	if (status != LETHE_OK) {
		return status;
	}
	/* The checks above kept all ranges off the workspace. Lethe itself must lie inside. */
	if (!lethe_range_contains(ctx->placement.workspace,
				  lethe_range_of(ctx->image_base, lethe_blob_size()))) {
		return lethe_error_at(where, LETHE_E_PLAN_WORKSPACE, LETHE_WHAT_NONE, 0,
				      "workspace", ctx->placement.workspace.start);
	}
	ctx->is_checked = true;
	return LETHE_OK;
}

/* A dry run does not call the stub. */
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
		status = lethe_hyp_stub_restart((enum lethe_hyp_stub)ctx->plan->hyp_stub,
						ctx->restart, ctx->argument);
	}
	if (ctx->el == 3) {
		status = LETHE_E_EL3;
		ctx->check_where = (struct lethe_where){0};
	}
	ctx->check_status = status;
	ctx->stage_bytes = ctx->plan != 0 ? ctx->plan->total_size : 0;
	return LETHE_OK;
}
