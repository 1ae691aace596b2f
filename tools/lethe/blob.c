/* SPDX-License-Identifier: BSD-2-Clause */
#include "blob.h"

extern const uint8_t tool_blob[], tool_blob_end[], tool_cpus[], tool_cpus_end[];

struct blob blob_of(bool is_holding)
{
	const struct blob blob = {tool_blob, (uint64_t)(tool_blob_end - tool_blob)};
	const struct blob cpus = {tool_cpus, (uint64_t)(tool_cpus_end - tool_cpus)};

	return is_holding ? cpus : blob;
}
