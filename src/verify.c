/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stage 5: a line for each segment. If the move stage computed a matching digest, the verify stage
 * only prints the line. Else the verify stage hashes the segment at the destination, and that
 * result decides.
 */
#include "console/console.h"
#include "cpu/counter.h"
#include "digest/progress.h"
#include "digest/segment_digest.h"
#include "failure.h"
#include "stages.h"

static void print_verdict(const struct lethe_context *ctx, unsigned int index)
{
	const struct lethe_segment *segment = &lethe_plan_segments(ctx->plan)[index];
	uint64_t rate = lethe_counter_rate();
	uint64_t ticks = ctx->verify_ticks[index];

	if (rate == 0 || ticks == 0) {
		lethe_console_line("%s %u sha256 ok", segment->name, segment->file_size);
		return;
	}
	lethe_console_line("%s %u sha256 ok %u ms %u MiB/s", segment->name, segment->file_size,
			   ticks * 1000 / rate, lethe_progress_rate(segment->file_size, ticks));
}

static int verify_one(struct lethe_context *ctx, unsigned int index)
{
	const struct lethe_segment *segment = &lethe_plan_segments(ctx->plan)[index];
	int status;

	if (ctx->verified[index]) {
		return LETHE_OK;
	}
	ctx->stage_bytes += segment->file_size;
	status = lethe_segment_digest(ctx, index, ctx->placement.segment[index].dest);
	if (status != LETHE_OK) {
		lethe_error_at(&ctx->where, status, LETHE_WHAT_SEGMENT, index, segment->name, 0);
	}
	return status;
}

int lethe_stage_verify(struct lethe_context *ctx)
{
	int result = LETHE_OK;
	unsigned int i;

	/* All segments, also after a mismatch, so that a single boot names all bad segments. */
	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		int status = verify_one(ctx, i);

		if (status == LETHE_OK) {
			print_verdict(ctx, i);
		} else {
			lethe_failure_report(ctx, status);
			result = status;
		}
	}
	return result;
}
