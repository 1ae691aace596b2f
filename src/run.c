/* SPDX-License-Identifier: BSD-2-Clause */
#include "run.h"

#include "console/console.h"
#include "cpu/counter.h"
#include "failure.h"
#include "stop.h"

static uint64_t stage_start; /* ticks */

void lethe_run_begin(enum lethe_stage stage)
{
	lethe_console_feed();
	lethe_stop_context.stage = stage;
	stage_start = lethe_counter();
}

uint64_t lethe_run_ticks(void)
{
	return lethe_counter() - stage_start;
}

void lethe_run_end(struct lethe_context *ctx, int status)
{
	/* The record begins with check: the entry stage is not timed. */
	const unsigned int index = lethe_stop_context.stage - LETHE_STAGE_CHECK;

	if (status != LETHE_OK) {
		if (!ctx->is_reported) {
			lethe_failure_report(ctx, status);
		}
		lethe_stop(status);
	}
	ctx->record.stage_names[index] = lethe_stage_name(lethe_stop_context.stage);
	ctx->record.stage_ticks[index] = lethe_run_ticks();
	ctx->record.stage_bytes[index] = ctx->stage_bytes;
	ctx->stage_bytes = 0;
}
