/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stage 5: a line for each segment. If the move stage computed a matching digest, the verify stage
 * only prints the line. Else the verify stage hashes the segment at the destination, and that
 * result decides.
 */
#include "digest/segment_digest.h"
#include "digest/verdict.h"
#include "failure.h"
#include "smp/crew.h"
#include "stages.h"

/*
 * The chunks of this segment and of those behind it, up to one that the move stage has digested, or
 * that has no chunks. Returns that one.
 */
static unsigned int verify_chunks(struct lethe_context *ctx, unsigned int index)
{
	struct lethe_chunks chunks = lethe_chunks_of_segment(ctx, index);
	unsigned int i;

	for (i = index;
	     i < lethe_slot_end(ctx) && ctx->segments[i].chunk_shift != 0 && !ctx->verified[i];
	     i++) {
		chunks.end = lethe_chunks_of_segment(ctx, i).end;
		ctx->stage_bytes += ctx->segments[i].file_size;
	}
	lethe_crew_run(ctx, index, chunks, false); /* fails copying only */
	return i;
}

/* Whatever is not known to be good is digested once more, here, and that result decides. */
static int verify_again(struct lethe_context *ctx, unsigned int index)
{
	const struct lethe_chunks chunks = lethe_chunks_of_segment(ctx, index);
	struct lethe_segment_digest digest;
	uint64_t chunk;

	lethe_segment_digest_start(&digest, &ctx->segments[index]);
	for (chunk = chunks.first; chunk < chunks.end; chunk++) {
		if (!lethe_chunks_is_marked(chunk) &&
		    !lethe_chunks_is_good(ctx, index, chunk, false, &digest, ctx->found)) {
			ctx->bad_chunk = chunk;
			return LETHE_E_DIGEST;
		}
	}
	ctx->verify_cpus[index] = 1;
	return LETHE_OK;
}

static int verify_one(struct lethe_context *ctx, unsigned int index)
{
	const struct lethe_segment *segment = &ctx->segments[index];
	int status;

	if (ctx->verified[index]) {
		return LETHE_OK;
	}
	if (segment->chunk_shift != 0) {
		status = verify_again(ctx, index);
	} else {
		ctx->stage_bytes += segment->file_size;
		status = lethe_segment_digest(ctx, index, ctx->placement.segment[index].dest);
	}
	if (status != LETHE_OK) {
		lethe_error_at(&ctx->where, status, LETHE_WHAT_SEGMENT, index, segment->name, 0);
	}
	return status;
}

int lethe_stage_verify(struct lethe_context *ctx)
{
	unsigned int run_end = 0; /* segments before have had their run */
	int result = LETHE_OK;
	unsigned int i;

	/* All segments, also after a mismatch, so that a single boot names all bad segments. */
	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		int status;

		if (ctx->segments[i].chunk_shift != 0 && !ctx->verified[i] && i >= run_end) {
			run_end = verify_chunks(ctx, i);
		}
		status = verify_one(ctx, i);
		if (status != LETHE_OK) {
			lethe_failure_report(ctx, status);
			result = status;
		} else if (!ctx->has_verdict[i]) {
			lethe_verdict_print(ctx, i);
		}
	}
	return result;
}
