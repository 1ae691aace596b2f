/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>
#include <zstd.h>

#include "kernel.h"
#include "tool.h"
#include "unpack.h"

/* Output that grows on demand, never beyond limit. */
struct sink {
	uint8_t *bytes;
	uint64_t size;
	uint64_t room;
	uint64_t limit;
	uint64_t member; /* where the output of the current member or frame begins */
};

static bool sink_grow(struct sink *sink, char *reason, size_t reason_size)
{
	if (sink->size < sink->room) {
		return true;
	}
	if (sink->room >= sink->limit) {
		char text[32];

		snprintf(reason, reason_size, "unpacks to more than %s",
			 tool_size_text(text, sink->limit));
		return false;
	}

	uint64_t room = sink->room * 2 < sink->limit ? sink->room * 2 : sink->limit;
	uint8_t *bytes = realloc(sink->bytes, room);

	if (!bytes) {
		snprintf(reason, reason_size, "too large for memory");
		return false;
	}
	sink->bytes = bytes;
	sink->room = room;
	return true;
}

static bool only_zeros(const uint8_t *bytes, uint64_t size)
{
	for (uint64_t i = 0; i < size; i++) {
		if (bytes[i] != 0) {
			return false;
		}
	}
	return true;
}

static bool refuse_rest(const char *kind, uint64_t rest, char *reason, size_t reason_size)
{
	snprintf(reason, reason_size,
		 "%" PRIu64 " bytes follow the %s stream; a device tree appended "
		 "to it (Image.gz-dtb) has to be split off and given with --dtb",
		 rest, kind);
	return false;
}

/* Ends a member or frame: false with a reason if a second Image came out of it. */
static bool end_member(struct sink *sink, const char *kind, char *reason, size_t reason_size)
{
	if (sink->member != 0 && image_at(sink->bytes, sink->size, sink->member)) {
		snprintf(reason, reason_size,
			 "%" PRIu64 " bytes follow the Image in the %s stream; a second Image has to "
			 "be split off",
			 sink->size - sink->member, kind);
		return false;
	}
	sink->member = sink->size;
	return true;
}

/* zlib counts in unsigned int, so both sides are fed in pieces. */
static unsigned int piece(uint64_t size)
{
	return size < TOOL_GIB ? (unsigned int)size : (unsigned int)TOOL_GIB;
}

static bool gunzip(z_stream *z, const uint8_t *in, uint64_t in_size, struct sink *sink,
		   char *reason, size_t reason_size)
{
	uint64_t used = 0;

	for (;;) {
		if (!sink_grow(sink, reason, reason_size)) {
			return false;
		}

		unsigned int in_piece = piece(in_size - used);
		unsigned int out_piece = piece(sink->room - sink->size);

		z->next_in = (z_const Bytef *)(uintptr_t)(in + used);
		z->avail_in = in_piece;
		z->next_out = sink->bytes + sink->size;
		z->avail_out = out_piece;

		int result = inflate(z, Z_NO_FLUSH);

		used += in_piece - z->avail_in;
		sink->size += out_piece - z->avail_out;
		if (result == Z_STREAM_END) {
			uint64_t rest = in_size - used;

			if (!end_member(sink, "gzip", reason, reason_size)) {
				return false;
			}
			if (only_zeros(in + used, rest)) {
				return true;
			}
			if (rest < 2 || in[used] != 0x1f || in[used + 1] != 0x8b) {
				return refuse_rest("gzip", rest, reason, reason_size);
			}
			if (inflateReset(z) != Z_OK) {
				snprintf(reason, reason_size, "zlib does not work");
				return false;
			}
			continue;
		}
		if (result == Z_BUF_ERROR || (result == Z_OK && used == in_size && z->avail_out)) {
			snprintf(reason, reason_size, "gzip stream is truncated");
			return false;
		}
		if (result != Z_OK) {
			snprintf(reason, reason_size, "gzip stream is damaged: %s",
				 z->msg ? z->msg : zError(result));
			return false;
		}
	}
}

static bool unzstd(ZSTD_DStream *z, const uint8_t *in, uint64_t in_size, struct sink *sink,
		   char *reason, size_t reason_size)
{
	ZSTD_inBuffer from = {.src = in, .size = in_size, .pos = 0};

	for (;;) {
		if (!sink_grow(sink, reason, reason_size)) {
			return false;
		}

		ZSTD_outBuffer to = {.dst = sink->bytes, .size = sink->room, .pos = sink->size};
		size_t result = ZSTD_decompressStream(z, &to, &from);

		sink->size = to.pos;
		if (ZSTD_isError(result)) {
			snprintf(reason, reason_size, "zstd stream is damaged: %s",
				 ZSTD_getErrorName(result));
			return false;
		}
		if (result == 0) {
			uint64_t rest = in_size - from.pos;

			if (!end_member(sink, "zstd", reason, reason_size)) {
				return false;
			}
			if (only_zeros(in + from.pos, rest)) {
				return true;
			}
			if (rest < 4 || memcmp(in + from.pos, "\x28\xb5\x2f\xfd", 4) != 0) {
				return refuse_rest("zstd", rest, reason, reason_size);
			}
			continue;
		}
		if (from.pos == from.size && to.pos < to.size) {
			snprintf(reason, reason_size, "zstd stream is truncated");
			return false;
		}
	}
}

bool unpack(enum unpack_kind kind, const uint8_t *in, uint64_t in_size, uint64_t limit,
	    uint8_t **out, uint64_t *out_size, char *reason, size_t reason_size)
{
	uint64_t room = limit < TOOL_MIB ? limit : TOOL_MIB;
	struct sink sink = {.bytes = tool_alloc(room), .room = room, .limit = limit};
	int good = 0;

	if (kind == UNPACK_GZIP) {
		z_stream z;

		memset(&z, 0, sizeof(z));
		/* 16: expect a gzip header and check its CRC and length at the end. */
		if (inflateInit2(&z, 16 + MAX_WBITS) == Z_OK) {
			good = gunzip(&z, in, in_size, &sink, reason, reason_size);
			inflateEnd(&z);
		} else {
			snprintf(reason, reason_size, "zlib does not work");
		}
	} else {
		ZSTD_DStream *z = ZSTD_createDStream();

		if (z) {
			good = unzstd(z, in, in_size, &sink, reason, reason_size);
			ZSTD_freeDStream(z);
		} else {
			snprintf(reason, reason_size, "zstd does not work");
		}
	}
	if (!good) {
		free(sink.bytes);
		return false;
	}
	*out = sink.bytes;
	*out_size = sink.size;
	return true;
}
