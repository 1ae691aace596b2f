/* SPDX-License-Identifier: BSD-2-Clause */
#include "digest/chunks.h"

#include <string.h>

#include <lethe/cache.h>

#include "cpu/counter.h"
#include "digest/verdict.h"

/* A bit for each chunk of the plan. Neither in the file nor zeroed before lethe_chunks_begin(). */
static uint32_t marks[LETHE_CHUNK_MAX / 32] __attribute__((section(".crew")));

struct lethe_chunks lethe_chunks_of_segment(const struct lethe_context *ctx, unsigned int index)
{
	const struct lethe_segment *segment = &ctx->segments[index];
	const struct lethe_chunks chunks = {segment->first_chunk,
					    segment->first_chunk + lethe_segment_chunks(segment)};

	return chunks;
}

uint64_t lethe_chunks_offset(const struct lethe_segment *segment, uint64_t chunk)
{
	return (chunk - segment->first_chunk) << segment->chunk_shift;
}

void lethe_chunks_begin(const struct lethe_context *ctx)
{
	if (ctx->plan->chunk_count != 0) {
		/* MMU off: a line of a loader's would land on them later. */
		lethe_dcache_clean_inval_poc((uint64_t)marks, (uint64_t)marks + sizeof(marks));
		memset(marks, 0, sizeof(marks));
	}
}

bool lethe_chunks_is_marked(uint64_t chunk)
{
	return (__atomic_load_n(&marks[chunk / 32], __ATOMIC_ACQUIRE) >> chunk % 32 & 1) != 0;
}

bool lethe_chunks_is_good(const struct lethe_context *ctx, unsigned int index, uint64_t chunk,
			  bool is_copy, struct lethe_segment_digest *digest,
			  uint8_t found[LETHE_DIGEST_SIZE])
{
	const uint32_t bit = 1U << chunk % 32;
	const struct lethe_segment *segment = &ctx->segments[index];
	const struct lethe_placed *placed = &ctx->placement.segment[index];
	const uint64_t offset = lethe_chunks_offset(segment, chunk);
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
	/* Behind the stores of the copy, for whoever acquires the mark. Exclusives as in take(). */
	if (ctx->is_cached) {
		__atomic_fetch_or(&marks[chunk / 32], bit, __ATOMIC_RELEASE);
	} else {
		marks[chunk / 32] |= bit;
	}
	return true;
}

void lethe_chunks_look(struct lethe_chunk_work *work)
{
	struct lethe_context *ctx = work->ctx;
	uint64_t now;

	while (work->known < work->chunks.end && lethe_chunks_is_marked(work->known)) {
		const unsigned int index = work->segment;

		if (++work->known < lethe_chunks_of_segment(ctx, index).end) {
			continue;
		}
		now = lethe_counter();
		ctx->verified[index] = true;
		ctx->verify_ticks[index] = now - work->since;
		ctx->verify_cpus[index] = (uint8_t)__atomic_load_n(&work->cpus, __ATOMIC_RELAXED);
		work->since = now;
		work->segment++;
		if (!work->is_copy) {
			lethe_verdict_print(ctx, index);
		}
	}
}

/*
 * Which chunk goes to which CPU matters to none: no order with other accesses is needed. Exclusives
 * need the caches; without, there is one CPU.
 */
static uint64_t take(struct lethe_chunk_work *work)
{
	return work->ctx->is_cached ? __atomic_fetch_add(&work->next, 1, __ATOMIC_RELAXED)
				    : work->next++;
}

void lethe_chunks_share(struct lethe_chunk_work *work, struct lethe_segment_digest *digest)
{
	const struct lethe_context *ctx = work->ctx;
	const bool is_boss = digest->segment != 0;
	const uint64_t last = work->chunks.end;
	unsigned int index = work->first;
	uint64_t end = work->chunks.first; /* of the chunks of the segment before index */
	uint8_t found[LETHE_DIGEST_SIZE];
	uint64_t chunk;

	while ((chunk = take(work)) < last) {
		if (lethe_chunks_is_marked(chunk)) {
			continue;
		}
		while (chunk >= end) {
			end = lethe_chunks_of_segment(ctx, index).end;
			index++;
			if (is_boss) {
				lethe_segment_digest_start(digest, &ctx->segments[index - 1]);
			}
		}
		lethe_chunks_is_good(ctx, index - 1, chunk, work->is_copy, digest, found);
		if (is_boss) {
			lethe_chunks_look(work);
		}
	}
}
