/* SPDX-License-Identifier: BSD-2-Clause */
/* failure.c for the purgatory: the only digest is not a segment's, so verify.c prints both. */
#include "failure.h"

#include "console/report.h"
#include "stop.h"

void lethe_failure_report(struct lethe_context *ctx, int status)
{
	lethe_report_fail(lethe_stop_context.stage, status, &ctx->where);
	ctx->is_reported = true;
}
