/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_CHUNKS_H
#define LETHE_TOOL_CHUNKS_H

#include <stdint.h>

#include <lethe/plan.h>

#include "bundle.h"
#include "options.h"
#include "progress.h"

/*
 * The chunks of a segment of so many bytes: 2^shift bytes each, or 0: it has none. A segment that
 * is no longer than a chunk has none. coarser: added to the shift of `--chunks auto`.
 */
uint32_t chunks_shift(const struct options *options, uint64_t size, uint32_t coarser);

/*
 * Counts the chunks of all files but device trees, which have none. `--chunks auto` makes them coarser until a plan has room for all.
 * Returns TOOL_OK, or TOOL_USAGE after printing why.
 */
int chunks_plan(const struct options *options, const struct bundle_input *input, uint32_t *coarser,
		uint32_t *count);

/*
 * Digests a segment's bytes: root, as lethe_segment.digest; and each chunk, 32 bytes in chunks, if
 * the segment has any. progress may be null.
 */
void chunks_digest(const struct lethe_segment *segment, const uint8_t *bytes, uint8_t *chunks,
		   uint8_t root[LETHE_DIGEST_SIZE], struct progress *progress);

#endif
