/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_SEGMENT_DIGEST_H
#define LETHE_SEGMENT_DIGEST_H

#include <lethe/sha256.h>

#include "context.h"

/* A segment's digest on its way. Says how far it is twice a second. */
struct lethe_digest {
	struct lethe_sha256 sha;
	const struct lethe_segment *segment;
	uint64_t done;  /* bytes taken in */
	uint64_t start; /* ticks */
	uint64_t said;  /* when the last line was printed */
};

void lethe_digest_start(struct lethe_digest *digest, const struct lethe_segment *segment);

/* Takes in [source, source + size), and copies it to dest if that is another place, as
 * lethe_sha256_copy(). */
void lethe_digest_update(struct lethe_digest *digest, uint64_t dest, uint64_t source, uint64_t size);

/* LETHE_OK, and the segment is verified; or LETHE_E_DIGEST: ctx->found says what was there. */
int lethe_digest_end(struct lethe_digest *digest, struct lethe_context *ctx);

/* All of it for one segment: from source to its place, or where it lies. */
int lethe_digest_segment(struct lethe_context *ctx, unsigned int index, uint64_t source);

/* ticks is not 0. */
uint64_t lethe_mib_per_second(uint64_t bytes, uint64_t ticks);

#endif
