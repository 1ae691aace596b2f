/* SPDX-License-Identifier: BSD-2-Clause */
#include "failure.h"

#include "console/console.h"
#include "console/report.h"
#include "stop.h"

void lethe_failure_report(struct lethe_context *ctx, int status)
{
	const struct lethe_where *where = &ctx->where;

	if (where->what == LETHE_WHAT_SEGMENT && ctx->failed_segment == 0) {
		ctx->failed_segment = where->name;
	}
	lethe_report_fail(lethe_stop_context.stage, status, where);
	if (status == LETHE_E_DIGEST) {
		lethe_console_line("expected %h",
				   lethe_plan_segments(ctx->plan)[where->index].digest);
		lethe_console_line("found    %h", ctx->found);
	}
	ctx->is_reported = true;
}
