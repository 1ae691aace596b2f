/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_COVERAGE_H
#define LETHE_TOOL_COVERAGE_H

#include <stdbool.h>

#include "view.h"

/* SHA-256 of a blob with both headers, with zeros for the digest in the Lethe header (image.h). */
void coverage_blob_digest(const uint8_t *bytes, uint64_t blob_size,
			  uint8_t digest[LETHE_DIGEST_SIZE]);

/* True if the file has the whole blob, and its digest matches. */
bool coverage_blob_is_sound(const struct view *view);

/* True if the file has Lethe's code and constants, and they match the digest that Lethe itself checks, if there is one. */
bool coverage_self_is_sound(const struct view *view);

/* True if a byte outside all digests is not zero: *offset is the first. view->plan is not null. */
bool coverage_find_stray(const struct view *view, uint64_t *offset);

#endif
