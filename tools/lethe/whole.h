/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_WHOLE_H
#define LETHE_TOOL_WHOLE_H

#include "view.h"

/* SHA-256 of a blob with both headers, the digest in the Lethe header taken as zero (image.h). */
void blob_digest(const uint8_t *bytes, uint64_t blob_size, uint8_t digest[LETHE_DIGEST_SIZE]);

/* Is the blob in the file the one that was packed? 0 too when it is not all there. */
int whole_blob_is_sound(const struct view *view);

/* Is a byte that no digest covers not zero? 1 and the first such *offset. view->plan is not null. */
int whole_find_stray(const struct view *view, uint64_t *offset);

#endif
