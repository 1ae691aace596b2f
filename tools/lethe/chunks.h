/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_CHUNKS_H
#define LETHE_TOOL_CHUNKS_H

#include <stdint.h>

#include <lethe/plan.h>

#include "bundle.h"
#include "options.h"
#include "progress.h"

/*
 * Counts the chunks of all files but device trees, which have none. `--chunks auto` makes them
 * coarser until a plan has room for all.
 * Returns TOOL_OK, or TOOL_USAGE after printing why.
 */
int chunks_plan(const struct options *options, const struct bundle_input *input, uint32_t *coarser,
		uint32_t *count);

/*
 * Gives a segment its chunk_shift and first_chunk, by its file_size and coarser, a result of
 * chunks_plan(). A segment that is no longer than a chunk has none. used: the chunks of the
 * segments before; this one's are added.
 */
void chunks_give(const struct options *options, struct lethe_segment *segment, uint32_t coarser,
		 uint64_t *used);

/*
 * Digests a segment's bytes: root, as lethe_segment.digest; and each chunk, 32 bytes in chunks, if
 * the segment has any. progress may be null.
 */
void chunks_digest(const struct lethe_segment *segment, const uint8_t *bytes, uint8_t *chunks,
		   uint8_t root[LETHE_DIGEST_SIZE], struct progress *progress);

#endif
