/* SPDX-License-Identifier: BSD-2-Clause */
#include "console/console.h"
#include "run.h"
#include "stop.h"

void lethe_run_report(struct lethe_context *ctx, int status)
{
	const struct lethe_where *where = &ctx->where;

	if (where->what == LETHE_WHAT_SEGMENT && ctx->failed_segment == 0) {
		ctx->failed_segment = where->name;
	}
	lethe_print_fail(lethe_stop_context.stage, status, where);
	if (status == LETHE_E_DIGEST) {
		lethe_line("expected %h", lethe_plan_segments(ctx->plan)[where->index].digest);
		lethe_line("found    %h", ctx->found);
	}
	ctx->is_reported = true;
}
