/* SPDX-License-Identifier: BSD-2-Clause */
#include "digest/chunks.h"

#include <string.h>

/* By chunk of the plan. Neither in the file nor zeroed: lethe_chunks_begin() zeroes what a slot has. */
static uint8_t marks[LETHE_CHUNK_MAX] __attribute__((section(".pool")));

struct lethe_chunks lethe_chunks_of_segment(const struct lethe_context *ctx, unsigned int index)
{
	const struct lethe_segment *segment = &ctx->segments[index];
	const struct lethe_chunks chunks = {segment->first_chunk,
					    segment->first_chunk + lethe_segment_chunks(segment)};

	return chunks;
}

struct lethe_chunks lethe_chunks_of_slot(const struct lethe_context *ctx)
{
	struct lethe_chunks all = {0, 0};
	unsigned int i;

	for (i = lethe_slot_first(ctx); i < lethe_slot_end(ctx); i++) {
		const struct lethe_chunks own = lethe_chunks_of_segment(ctx, i);

		if (own.first != own.end) {
			all.first = all.end == 0 ? own.first : all.first;
			all.end = own.end;
		}
	}
	return all;
}

bool lethe_chunks_overlap(const struct lethe_context *ctx, unsigned int index,
			  const struct lethe_chunks *chunks)
{
	const struct lethe_chunks own = lethe_chunks_of_segment(ctx, index);

	return own.first != own.end && own.first < chunks->end && chunks->first < own.end;
}

uint64_t lethe_chunk_offset(const struct lethe_segment *segment, uint64_t chunk)
{
	return (chunk - segment->first_chunk) << segment->chunk_shift;
}

void lethe_chunks_begin(const struct lethe_context *ctx)
{
	const struct lethe_chunks all = lethe_chunks_of_slot(ctx);

	memset(marks + all.first, 0, all.end - all.first);
}

bool lethe_chunk_is_marked(uint64_t chunk)
{
	return __atomic_load_n(&marks[chunk], __ATOMIC_ACQUIRE) != 0;
}

bool lethe_chunk_is_good(const struct lethe_context *ctx, unsigned int index, uint64_t chunk,
			 bool is_copy, struct lethe_segment_digest *digest,
			 uint8_t found[LETHE_DIGEST_SIZE])
{
	const struct lethe_segment *segment = &ctx->segments[index];
	const struct lethe_placed *placed = &ctx->placement.segment[index];
	const uint64_t offset = lethe_chunk_offset(segment, chunk);
	const uint64_t whole = 1ULL << segment->chunk_shift;
	const uint64_t left = segment->file_size - offset;

	lethe_sha256_init(&digest->sha);
	digest->done = offset;
	lethe_segment_digest_update(digest, placed->dest + offset,
				    (is_copy ? placed->source : placed->dest) + offset,
				    left < whole ? left : whole);
	lethe_sha256_final(&digest->sha, found);
	if (memcmp(found, lethe_plan_chunks(ctx->plan) + chunk * LETHE_DIGEST_SIZE,
		   LETHE_DIGEST_SIZE) != 0) {
		return false;
	}
	/* After the stores of the copy, for whoever acquires the mark. */
	__atomic_store_n(&marks[chunk], 1, __ATOMIC_RELEASE);
	return true;
}

/* Which chunk goes to which CPU matters to none: no order with other accesses is needed. */
static uint64_t take(struct lethe_chunk_work *work)
{
	return work->is_shared ? __atomic_fetch_add(&work->next, 1, __ATOMIC_RELAXED)
			       : work->next++;
}

/* The segment that has the chunk, from *index on. */
static void find_segment(const struct lethe_context *ctx, unsigned int *index, uint64_t chunk)
{
	struct lethe_chunks own = lethe_chunks_of_segment(ctx, *index);

	while (chunk - own.first >= own.end - own.first) {
		own = lethe_chunks_of_segment(ctx, ++*index);
	}
}

void lethe_chunks_share(struct lethe_chunk_work *work, struct lethe_segment_digest *digest)
{
	const struct lethe_context *ctx = work->ctx;
	const struct lethe_segment *segments = ctx->segments;
	const bool has_console = digest->segment != 0;
	unsigned int index = lethe_slot_first(ctx);
	uint8_t found[LETHE_DIGEST_SIZE];
	uint64_t chunk;

	while ((chunk = take(work)) < work->chunks.end) {
		if (lethe_chunk_is_marked(chunk)) {
			continue;
		}
		find_segment(ctx, &index, chunk);
		if (has_console && digest->segment != &segments[index]) {
			lethe_segment_digest_start(digest, &segments[index]);
		}
		lethe_chunk_is_good(ctx, index, chunk, work->is_copy, digest, found);
	}
}
