/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 1: checks Lethe itself and the plan, and places the plan's parts. Writes only the context.
 */
#include "check_kernel.h"
#include "check_self.h"
#include "cpu/hyp_stub.h"
#include "entry.h"
#include "smp/hold.h"
#include "stages.h"

static int accept_plan(struct lethe_context *ctx, struct lethe_where *where)
{
	const struct lethe_plan *plan = (const struct lethe_plan *)ctx->plan_pa;
	const int status = lethe_plan_check(plan, ctx->plan_limit, where);

	if (status == LETHE_OK) {
		ctx->plan = plan;
		ctx->segments = lethe_plan_segments(plan);
		ctx->slot = &lethe_plan_slots(plan)[ctx->slot_index];
	}
	return status;
}

static int place_plan(struct lethe_context *ctx, struct lethe_where *where)
{
	const struct lethe_plan *plan = ctx->plan;
	int status = lethe_plan_supported(
		plan, ctx->library != 0 ? LETHE_DOOR_LIBRARY : LETHE_DOOR_IMAGE, where);

	if (status == LETHE_OK) {
		status = lethe_hold_supported(plan, where);
	}
	if (status != LETHE_OK) {
		return status;
	}
	if (ctx->library == 0 && plan->extent_size != ctx->image_size) {
		return lethe_error_at(where, LETHE_E_IMAGE_EXTENT, LETHE_WHAT_NONE, 0, 0,
				      ctx->image_size);
	}
	status = lethe_place(plan, ctx->plan_pa, ctx->slot_index, ctx->image_base, &ctx->placement,
			     where);
	if (status != LETHE_OK) {
		return status;
	}
	status = lethe_check_kernel(ctx, where);
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
	const int self_status = lethe_check_self();
	int status = door_status;

	/* Even if Lethe is damaged: the plan says where to print that, and what to do then. */
	if (status == LETHE_OK) {
		status = accept_plan(ctx, &ctx->check_where);
	}
	if (self_status != LETHE_OK) {
		status = self_status;
		ctx->check_where = (struct lethe_where){0};
	}
	if (status == LETHE_OK) {
		status = place_plan(ctx, &ctx->check_where);
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
