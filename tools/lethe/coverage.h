/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_COVERAGE_H
#define LETHE_TOOL_COVERAGE_H

#include <stdbool.h>

#include "view.h"

/* SHA-256 of a blob with both headers, with zeros for the digest in the Lethe header, for the seal (image.h),
 * and for what a signature changes (efi.h). */
void coverage_blob_digest(const uint8_t *bytes, uint64_t blob_size,
			  uint8_t digest[LETHE_DIGEST_SIZE]);

/* The sum of 64-bit words, that the seal makes 0 (image.h). size: a multiple of 8. */
uint64_t coverage_sum(const uint8_t *bytes, uint64_t size);

/* True if the file has the whole blob, and its digest and its seal match. */
bool coverage_blob_is_sound(const struct view *view);

/* True if the file has Lethe's code and constants, and they match the digest that Lethe itself checks, if there is one. */
bool coverage_self_is_sound(const struct view *view);

/* True if a byte outside all digests is not zero: *offset is the first. view->plan is not null. */
bool coverage_find_stray(const struct view *view, uint64_t *offset);

#endif
