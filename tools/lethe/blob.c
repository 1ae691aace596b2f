/* SPDX-License-Identifier: BSD-2-Clause */
#include "blob.h"

#include <string.h>

#include "tool.h"

extern const uint8_t tool_blob[], tool_blob_end[], tool_cpus[], tool_cpus_end[];

struct blob blob_of(bool is_holding)
{
	const struct blob blob = {tool_blob, (uint64_t)(tool_blob_end - tool_blob)};
	const struct blob cpus = {tool_cpus, (uint64_t)(tool_cpus_end - tool_cpus)};

	return is_holding ? cpus : blob;
}

bool blob_read(struct blob from, struct lethe_image_header *image, struct lethe_blob_header *blob)
{
	if (from.size < LETHE_BLOB_OFFSET + sizeof(*blob)) {
		return false;
	}
	memcpy(image, from.bytes, sizeof(*image));
	memcpy(blob, from.bytes + LETHE_BLOB_OFFSET, sizeof(*blob));
	return image->magic == LETHE_IMAGE_MAGIC && blob->magic == LETHE_BLOB_MAGIC &&
	       blob->version == LETHE_BLOB_VERSION && blob->blob_size >= from.size &&
	       blob->blob_size % TOOL_PAGE == 0 && blob->plan_offset == 0;
}
