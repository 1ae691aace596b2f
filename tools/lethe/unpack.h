/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_UNPACK_H
#define LETHE_TOOL_UNPACK_H

/* gzip and zstd, whole streams in memory, bounded. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum unpack_kind { UNPACK_GZIP, UNPACK_ZSTD };

/*
 * Decompresses all of [in, in + in_size): one or more members or frames, checksums verified. Only
 * zero bytes (padding) may follow them. More than limit bytes of output are refused.
 * Returns true with *out (from malloc()) and *out_size, or false with a reason.
 */
bool unpack(enum unpack_kind kind, const uint8_t *in, uint64_t in_size, uint64_t limit,
	    uint8_t **out, uint64_t *out_size, char *reason, size_t reason_size);

#endif
