/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 5 of the purgatory: checks the single digest over all regions, computed by kexec-tools. */
#include <string.h>

#include "console/console.h"
#include "cpu/counter.h"
#include "digest/progress.h"
#include "digest/sha256_blocks.h"
#include "purgatory/purgatory.h"
#include "failure.h"
#include "stages.h"

/* Hashes a segment in place and prints the progress. */
static void digest_segment(struct lethe_sha256 *sha, const struct lethe_segment *segment,
			   struct lethe_progress *progress)
{
	uint64_t address = segment->dest;
	uint64_t remaining = segment->file_size;
	uint64_t piece;
	uint64_t ticks;

	for (; remaining != 0; remaining -= piece, address += piece) {
		piece = remaining < LETHE_PROGRESS_PIECE ? remaining : LETHE_PROGRESS_PIECE;
		lethe_sha256_blocks(sha->state, (const void *)address, piece / LETHE_SHA256_BLOCK,
				    0, true);
		sha->bytes += piece;
		if (lethe_progress_is_due(progress, &ticks)) {
			lethe_console_line("%s %u bytes to go %u MiB/s", segment->name,
					   remaining - piece,
					   lethe_progress_rate(sha->bytes, ticks));
		}
	}
}

/* The digest covers all regions, so after a mismatch any region may be damaged. */
static void report(struct lethe_context *ctx)
{
	const struct lethe_segment *segments = lethe_purgatory_segments(ctx);
	unsigned int i;

	ctx->where = (struct lethe_where){LETHE_WHAT_SEGMENT, 0, "regions", 0};
	lethe_failure_report(ctx, LETHE_E_DIGEST);
	lethe_console_line("expected %h", sha256_digest);
	lethe_console_line("found    %h", ctx->found);
	for (i = 0; i < ctx->plan->segment_count; i++) {
		lethe_console_line("one of: %s 0x%x %u", segments[i].name, segments[i].dest,
				   segments[i].file_size);
	}
}

int lethe_stage_verify(struct lethe_context *ctx)
{
	const struct lethe_segment *segments = lethe_purgatory_segments(ctx);
	struct lethe_progress progress;
	struct lethe_sha256 sha;
	uint64_t bytes;
	uint64_t ticks;
	unsigned int i;

	lethe_progress_start(&progress);
	lethe_sha256_init(&sha);
	for (i = 0; i < ctx->plan->segment_count; i++) {
		digest_segment(&sha, &segments[i], &progress);
	}
	bytes = sha.bytes;
	/* The regions are whole pages, as stage 1 has checked. */
	lethe_sha256_final_whole(&sha, ctx->found);
	ticks = lethe_counter() - progress.start + 1;
	if (memcmp(ctx->found, sha256_digest, sizeof(ctx->found)) != 0) {
		report(ctx);
		return LETHE_E_DIGEST;
	}
	lethe_console_line("regions %u sha256 ok %u ms %u MiB/s", bytes,
			   ticks * 1000 / (lethe_counter_rate() | 1),
			   lethe_progress_rate(bytes, ticks));
	ctx->stage_bytes = bytes;
	return LETHE_OK;
}
