/* SPDX-License-Identifier: BSD-2-Clause */
/* console/report.c and run_report.c for the purgatory, which has only segments to speak of. */
#include "console/console.h"
#include "purgatory/purgatory.h"
#include "run.h"
#include "stop.h"

void lethe_purgatory_say(const char *before, const char *what, int status)
{
	lethe_line("%s%s: %s (LETHE_E_%s)", before, what, lethe_status_text(status), lethe_status_name(status));
}

void lethe_print_fail(enum lethe_stage stage, int status, const struct lethe_where *where)
{
	if (where->what == LETHE_WHAT_SEGMENT) {
		lethe_line("FAIL %s: segment %u \"%s\": %s (LETHE_E_%s)", lethe_stage_name(stage),
			   (uint64_t)where->index, where->name, lethe_status_text(status),
			   lethe_status_name(status));
	} else {
		lethe_purgatory_say("FAIL ", lethe_stage_name(stage), status);
	}
	if (where->value != 0) {
		lethe_line("at 0x%x", (uint64_t)where->value);
	}
}

void lethe_run_report(struct lethe_context *ctx, int status)
{
	lethe_print_fail(lethe_stop_context.stage, status, &ctx->where);
	ctx->is_reported = true;
}
