/* SPDX-License-Identifier: BSD-2-Clause */
/* Did a segment arrive whole? Asked while it is copied, if that can be, else where it lies. */
#include "digest/segment_digest.h"

#include <string.h>

#include "console/console.h"
#include "cpu/counter.h"

/* What is copied and then read again (sha256.h) is in the nearest cache still. */
#define PIECE 0x10000ULL

uint64_t lethe_mib_per_second(uint64_t bytes, uint64_t ticks)
{
	/* Dividing first keeps the product below 2^64 up to 16 TiB with a counter of 1 GHz. */
	return (bytes >> 10) * lethe_counter_rate() / ticks >> 10;
}

void lethe_digest_start(struct lethe_digest *digest, const struct lethe_segment *segment)
{
	digest->segment = segment;
	digest->done = 0;
	digest->start = lethe_counter();
	digest->said = digest->start;
	lethe_sha256_init(&digest->sha);
}

void lethe_digest_update(struct lethe_digest *digest, uint64_t dest, uint64_t source, uint64_t size)
{
	const uint64_t half_a_second = lethe_counter_rate() / 2;
	uint64_t piece;
	uint64_t now;

	for (; size != 0; size -= piece, dest += piece, source += piece) {
		piece = size < PIECE ? size : PIECE;
		if (dest == source) {
			lethe_sha256_update(&digest->sha, (const void *)source, piece);
		} else {
			lethe_sha256_copy(&digest->sha, (void *)dest, (const void *)source, piece);
		}
		digest->done += piece;
		now = lethe_counter();
		if (half_a_second != 0 && now - digest->said > half_a_second) {
			digest->said = now;
			lethe_line("%s %u per cent %u MiB/s", digest->segment->name,
				   digest->done / (digest->segment->file_size / 100 + 1),
				   lethe_mib_per_second(digest->done, now - digest->start));
		}
	}
}

int lethe_digest_end(struct lethe_digest *digest, struct lethe_context *ctx)
{
	unsigned int index = (unsigned int)(digest->segment - lethe_plan_segments(ctx->plan));

	lethe_sha256_final(&digest->sha, ctx->found);
	ctx->verify_ticks[index] = lethe_counter() - digest->start;
	if (memcmp(ctx->found, digest->segment->digest, LETHE_DIGEST_SIZE) != 0) {
		return LETHE_E_DIGEST;
	}
	ctx->verified[index] = 1;
	return LETHE_OK;
}

int lethe_digest_segment(struct lethe_context *ctx, unsigned int index, uint64_t source)
{
	const struct lethe_segment *segment = &lethe_plan_segments(ctx->plan)[index];
	struct lethe_digest digest;

	lethe_digest_start(&digest, segment);
	lethe_digest_update(&digest, ctx->placement.segment[index].dest, source, segment->file_size);
	return lethe_digest_end(&digest, ctx);
}
