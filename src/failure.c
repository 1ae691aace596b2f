/* SPDX-License-Identifier: BSD-2-Clause */
#include "failure.h"

#include "console/console.h"
#include "console/report.h"
#include "digest/chunks.h"
#include "plan/plan_check.h"
#include "stop.h"

/* True unless the plan's own windows rule the destination out. */
static bool windows_allow(const struct lethe_context *ctx)
{
	return ctx->plan->window_count == 0 || ctx->where.what != LETHE_WHAT_SEGMENT ||
	       lethe_plan_check_windows_cover(ctx->plan, lethe_segment_dest(ctx, ctx->where.index));
}

/*
 * True for what the loader's tree can cause. Such a fault is no fault of the slot, and must not
 * choose an older kernel.
 */
static bool is_of_tree(const struct lethe_context *ctx, int status)
{
	switch (status) {
	case LETHE_E_DEST_NOT_RAM: return windows_allow(ctx);
	case LETHE_E_TREE_NOSPACE:
		return !ctx->tree_is_packed &&
		       lethe_range_size(ctx->placement.tree) >= LETHE_FDT_MAX;
	case LETHE_E_DEST_RESERVED:
	case LETHE_E_DEST_UNUSABLE:
	case LETHE_E_DEST_LOADER:
	case LETHE_E_MEMORY_UNKNOWN:
	case LETHE_E_LOADER_TREE:
	case LETHE_E_LOADER_INITRD:
	case LETHE_E_INITRD_WINDOW:
	case LETHE_E_EXTENT_RESERVED:
	case LETHE_E_EL1_SMP: return true;
	default:
		return status <= LETHE_E_TREE_NONE && status >= LETHE_E_TREE_CLAIM &&
		       !ctx->tree_is_packed;
	}
}

static void print_expected(const struct lethe_context *ctx, const struct lethe_segment *segment)
{
	const uint8_t *digest = segment->digest;

	if (segment->chunk_shift != 0) {
		digest = lethe_plan_chunks(ctx->plan) + ctx->bad_chunk * LETHE_DIGEST_SIZE;
		lethe_console_line("chunk %u at 0x%x", ctx->bad_chunk - segment->first_chunk,
				   lethe_chunks_offset(segment, ctx->bad_chunk));
	}
	lethe_console_line("expected %h", digest);
}

void lethe_failure_report(struct lethe_context *ctx, int status)
{
	const struct lethe_where *where = &ctx->where;

	lethe_console_hurry();
	if (where->what == LETHE_WHAT_SEGMENT && ctx->failed_segment == 0) {
		ctx->failed_segment = where->name;
	}
	lethe_stop_context.is_tree_at_fault = is_of_tree(ctx, status);
	lethe_report_fail(lethe_stop_context.stage, status, where);
	if (status == LETHE_E_DIGEST) {
		print_expected(ctx, &ctx->segments[where->index]);
		lethe_console_line("found    %h", ctx->found);
	}
	ctx->is_reported = true;
}
