/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_CHUNKS_H
#define LETHE_CHUNKS_H

#include "context.h"
#include "digest/segment_digest.h"

/*
 * The chunks of a slot's segments, and which of them are known to be good. A chunk is named by the
 * index of its digest in the plan; those of consecutive segments are consecutive.
 */

struct lethe_chunks {
	uint64_t first;
	uint64_t end;
};

struct lethe_chunks lethe_chunks_of_segment(const struct lethe_context *ctx, unsigned int index);

/* Where a chunk begins in its segment, bytes. */
uint64_t lethe_chunks_offset(const struct lethe_segment *segment, uint64_t chunk);

/* What several CPUs work on. Each takes the next chunk until none is left. */
struct lethe_chunk_work {
	struct lethe_context *ctx;
	struct lethe_chunks chunks; /* of consecutive segments, ... */
	unsigned int first;         /* ... from this on */
	bool is_copy; /* each is copied on the way from its source; else it is where it belongs */
	/* the boss's */
	unsigned int segment; /* the first that is not known to be good */
	uint64_t known;       /* its first chunk that is not */
	uint64_t since;       /* ticks, when the one before was */
	/* in a line of their own */
	uint64_t next __attribute__((aligned(256)));
	uint32_t cpus; /* that have come to work */
};

/* Before the first run of a slot: no chunk is known to be good. */
void lethe_chunks_begin(const struct lethe_context *ctx);

/*
 * Digests chunks of the work until none is left, and marks the good ones. digest: scratch; its
 * segment is null for a CPU that is not the boss.
 */
void lethe_chunks_share(struct lethe_chunk_work *work, struct lethe_segment_digest *digest);

/*
 * The boss's: looks how far the chunks are good. A segment that is whole gets its verified,
 * verify_ticks and verify_cpus, and, unless it is copied, its line.
 */
void lethe_chunks_look(struct lethe_chunk_work *work);

/* Digests one chunk of a segment, and marks it if it is good. Its digest is in found. */
bool lethe_chunks_is_good(const struct lethe_context *ctx, unsigned int index, uint64_t chunk,
			  bool is_copy, struct lethe_segment_digest *digest,
			  uint8_t found[LETHE_DIGEST_SIZE]);

/* True for a chunk that is marked. */
bool lethe_chunks_is_marked(uint64_t chunk);

#endif
