/* SPDX-License-Identifier: BSD-2-Clause */
#include "check_self.h"

#include <string.h>

#include <lethe/image.h>
#include <lethe/sha256.h>
#include <lethe/status.h>

#include "entry.h"

int lethe_check_self(void)
{
	const struct lethe_blob_self *self =
		(const struct lethe_blob_self *)(lethe_image_start + LETHE_SELF_OFFSET);
	const uint64_t base = (uint64_t)lethe_image_start;
	const uint64_t start = (uint64_t)lethe_text_start;
	const uint64_t end = (uint64_t)lethe_rodata_end;
	uint8_t found[LETHE_SHA256_SIZE];
	struct lethe_sha256 sha;

	lethe_sha256_init(&sha);
	lethe_sha256_update(&sha, lethe_text_start, end - start);
	lethe_sha256_final(&sha, found);
	/* The range is the host's to read: here it can only be this one. */
	if (self->start != start - base || self->end != end - base ||
	    memcmp(found, self->digest, sizeof(found)) != 0) {
		return LETHE_E_SELF;
	}
	return LETHE_OK;
}
