/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_SEGMENT_DIGEST_H
#define LETHE_SEGMENT_DIGEST_H

#include <lethe/sha256.h>

#include "context.h"
#include "digest/progress.h"

/* A segment's running digest. Prints a progress line twice a second, if it has come a per cent
 * further. */
struct lethe_segment_digest {
	struct lethe_sha256 sha;
	const struct lethe_segment *segment; /* null: this CPU has no console */
	uint64_t done;                       /* bytes added, or passed over */
	uint64_t percent;                    /* of the last progress line, or 0 */
	struct lethe_progress progress;
};

void lethe_segment_digest_start(struct lethe_segment_digest *digest,
				const struct lethe_segment *segment);

/* For a CPU without a console: no progress is reported. The caller starts and ends digest->sha. */
void lethe_segment_digest_quiet(struct lethe_segment_digest *digest);

/* Adds [source, source + size). If dest differs from source, also copies the bytes to dest, by
 * lethe_sha256_copy(). */
void lethe_segment_digest_update(struct lethe_segment_digest *digest, uint64_t dest,
				 uint64_t source, uint64_t size);

/* LETHE_OK, and the segment is marked verified; or LETHE_E_DIGEST. ctx->found is the computed
 * digest. */
int lethe_segment_digest_end(struct lethe_segment_digest *digest, struct lethe_context *ctx);

/* The whole digest of a segment: copies from source to the destination, unless both are equal. */
int lethe_segment_digest(struct lethe_context *ctx, unsigned int index, uint64_t source);

#endif
