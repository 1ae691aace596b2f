/* SPDX-License-Identifier: BSD-2-Clause */
#include "chunks.h"

#include <inttypes.h>
#include <stdio.h>

#include <lethe/sha256.h>

#include "file.h"
#include "tool.h"

#define AUTO_FROM  (4 * TOOL_MIB) /* less is hashed before another CPU has come */
#define FINE_SHIFT 18U            /* 256 KiB: four CPUs end together within a few per cent */
#define FINE_UP_TO (256 * TOOL_MIB)
#define WIDE_SHIFT 20U

/* Of a segment of so many bytes; 0: it has none. coarser: added to the shift of `--chunks auto`. */
static uint32_t shift_of(const struct options *options, uint64_t size, uint32_t coarser)
{
	uint32_t shift = options->chunk_shift;

	if (options->chunks_auto) {
		shift = size < AUTO_FROM     ? 0
			: size <= FINE_UP_TO ? FINE_SHIFT + coarser
					     : WIDE_SHIFT + coarser;
		shift = shift > LETHE_CHUNK_SHIFT_MAX ? LETHE_CHUNK_SHIFT_MAX : shift;
	}
	return shift != 0 && size > 1ULL << shift ? shift : 0;
}

static uint64_t count_one(const struct options *options, uint64_t size, uint32_t coarser)
{
	const struct lethe_segment segment = {
		.file_size = size,
		.chunk_shift = shift_of(options, size, coarser),
	};

	return lethe_segment_chunks(&segment);
}

static uint64_t count_all(const struct options *options, const struct bundle_input *input,
			  uint32_t coarser)
{
	uint64_t count = 0;

	for (unsigned int i = 0; i < options->slot_count; i++) {
		count += input[i].kernel ? count_one(options, input[i].kernel->size, coarser) : 0;
		count += input[i].initrd ? count_one(options, input[i].initrd->size, coarser) : 0;
		for (unsigned int raw = 0; raw < options->slot[i].raw_count; raw++) {
			count += count_one(options, input[i].raw[raw].size, coarser);
		}
	}
	return count;
}

int chunks_plan(const struct options *options, const struct bundle_input *input, uint32_t *coarser,
		uint32_t *count)
{
	uint64_t all;

	*coarser = 0;
	while ((all = count_all(options, input, *coarser)) > LETHE_CHUNK_MAX) {
		if (!options->chunks_auto || *coarser == LETHE_CHUNK_SHIFT_MAX) {
			return tool_usage("pack",
					  "--chunks %" PRIu32 ": %" PRIu64
					  " chunks; a plan has at most %u",
					  options->chunk_shift, all, LETHE_CHUNK_MAX);
		}
		++*coarser;
	}
	*count = (uint32_t)all;
	return TOOL_OK;
}

void chunks_give(const struct options *options, struct lethe_segment *segment, uint32_t coarser,
		 uint64_t *used)
{
	segment->chunk_shift = shift_of(options, segment->file_size, coarser);
	if (segment->chunk_shift != 0) {
		segment->first_chunk = *used;
		*used += lethe_segment_chunks(segment);
	}
}

static void digest(const uint8_t *bytes, uint64_t size, uint8_t found[LETHE_DIGEST_SIZE],
		   struct progress *progress)
{
	struct lethe_sha256 sha;
	uint64_t piece;

	lethe_sha256_init(&sha);
	for (; size != 0; size -= piece, bytes += piece) {
		piece = size < TOOL_MIB ? size : TOOL_MIB;
		lethe_sha256_update(&sha, bytes, piece);
		file_forget(bytes, piece);
		if (progress) {
			progress_add(progress, piece);
		}
	}
	lethe_sha256_final(&sha, found);
}

void chunks_digest(const struct lethe_segment *segment, const uint8_t *bytes, uint8_t *chunks,
		   uint8_t root[LETHE_DIGEST_SIZE], struct progress *progress)
{
	const uint64_t count = lethe_segment_chunks(segment);
	const uint64_t whole = 1ULL << segment->chunk_shift;
	uint64_t left = segment->file_size;

	if (count == 0) {
		digest(bytes, left, root, progress);
		return;
	}
	for (uint64_t i = 0; i < count; i++, bytes += whole, left -= whole) {
		digest(bytes, left < whole ? left : whole, chunks + i * LETHE_DIGEST_SIZE,
		       progress);
	}
	digest(chunks, count * LETHE_DIGEST_SIZE, root, NULL);
}
