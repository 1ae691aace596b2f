/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_SEGMENT_DIGEST_H
#define LETHE_SEGMENT_DIGEST_H

#include <lethe/sha256.h>

#include "context.h"
#include "digest/progress.h"

/* A segment's digest on its way. It prints how far it is twice a second. */
struct lethe_segment_digest {
	struct lethe_sha256 sha;
	const struct lethe_segment *segment;
	uint64_t done; /* bytes taken in */
	struct lethe_progress progress;
};

void lethe_segment_digest_start(struct lethe_segment_digest *digest, const struct lethe_segment *segment);

/* Takes in [source, source + size). If dest is another address, the bytes are copied there, as
 * lethe_sha256_copy() does. */
void lethe_segment_digest_update(struct lethe_segment_digest *digest, uint64_t dest, uint64_t source, uint64_t size);

/* LETHE_OK, and the segment is marked verified; or LETHE_E_DIGEST. ctx->found is the digest found. */
int lethe_segment_digest_end(struct lethe_segment_digest *digest, struct lethe_context *ctx);

/* All of it for one segment: from source to its place, or in place when they are the same. */
int lethe_segment_digest(struct lethe_context *ctx, unsigned int index, uint64_t source);

#endif
