/* SPDX-License-Identifier: BSD-2-Clause */
/* In place of smp/crew.c: this CPU alone, as the others are firmware's. */
#include "smp/crew.h"

#include "cpu/counter.h"

int lethe_crew_run(struct lethe_context *ctx, unsigned int index, struct lethe_chunks chunks,
		   bool is_copy)
{
	struct lethe_segment_digest digest;
	struct lethe_chunk_work work = {
		.ctx = ctx,
		.chunks = chunks,
		.first = index,
		.is_copy = is_copy,
		.segment = index,
		.known = chunks.first,
		.since = lethe_counter(),
		.next = chunks.first,
		.cpus = 1,
	};

	lethe_segment_digest_start(&digest, &ctx->segments[index]);
	lethe_chunks_share(&work, &digest);
	lethe_chunks_look(&work);
	ctx->record.digest_cpus = 1;
	return LETHE_OK;
}
