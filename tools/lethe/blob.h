/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_BLOB_H
#define LETHE_TOOL_BLOB_H

#include <stdbool.h>
#include <stdint.h>

#include <lethe/image.h>

/* A blob in this command (blob.S): with its bss and stacks as zeros, without what is behind. */
struct blob {
	const uint8_t *bytes;
	uint64_t size;
};

/* The one for every bundle; or, with is_holding, the one that can hold CPUs for the payload. */
struct blob blob_of(bool is_holding);

/* Reads its headers. False if they are not of a blob that is still without a plan. */
bool blob_read(struct blob from, struct lethe_image_header *image, struct lethe_blob_header *blob);

#endif
