/* SPDX-License-Identifier: BSD-2-Clause */
/* The digest of a segment, computed during the copy if possible, else in place. */
#include "digest/segment_digest.h"

#include <string.h>

#include "console/console.h"
#include "cpu/counter.h"

void lethe_segment_digest_start(struct lethe_segment_digest *digest,
				const struct lethe_segment *segment)
{
	digest->segment = segment;
	digest->done = 0;
	digest->percent = 0;
	lethe_progress_start(&digest->progress);
	lethe_sha256_init(&digest->sha);
}

void lethe_segment_digest_quiet(struct lethe_segment_digest *digest)
{
	digest->segment = 0;
}

/* At most one line per cent: a digest of minutes would print hundreds of lines. */
static void report_progress(struct lethe_segment_digest *digest)
{
	const uint64_t percent = digest->done / (digest->segment->file_size / 100 + 1);
	uint64_t ticks;

	if (percent != digest->percent && lethe_progress_is_due(&digest->progress, &ticks)) {
		digest->percent = percent;
		lethe_console_line("%s %u per cent %u MiB/s", digest->segment->name, percent,
				   lethe_progress_rate(digest->done, ticks));
	}
}

void lethe_segment_digest_update(struct lethe_segment_digest *digest, uint64_t dest,
				 uint64_t source, uint64_t size)
{
	uint64_t piece;

	for (; size != 0; size -= piece, dest += piece, source += piece) {
		piece = size < LETHE_PROGRESS_PIECE ? size : LETHE_PROGRESS_PIECE;
		if (dest == source) {
			lethe_sha256_update(&digest->sha, (const void *)source, piece);
		} else {
			lethe_sha256_copy(&digest->sha, (void *)dest, (const void *)source, piece);
		}
		digest->done += piece;
		if (digest->segment != 0) {
			report_progress(digest);
			lethe_console_feed();
		}
	}
}

int lethe_segment_digest_end(struct lethe_segment_digest *digest, struct lethe_context *ctx)
{
	unsigned int index = (unsigned int)(digest->segment - ctx->segments);

	lethe_sha256_final(&digest->sha, ctx->found);
	ctx->verify_ticks[index] = lethe_counter() - digest->progress.start;
	if (memcmp(ctx->found, digest->segment->digest, LETHE_DIGEST_SIZE) != 0) {
		return LETHE_E_DIGEST;
	}
	ctx->verified[index] = true;
	return LETHE_OK;
}

int lethe_segment_digest(struct lethe_context *ctx, unsigned int index, uint64_t source)
{
	const struct lethe_segment *segment = &ctx->segments[index];
	struct lethe_segment_digest digest;

	lethe_segment_digest_start(&digest, segment);
	lethe_segment_digest_update(&digest, ctx->placement.segment[index].dest, source,
				    segment->file_size);
	return lethe_segment_digest_end(&digest, ctx);
}
