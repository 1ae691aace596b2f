/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <libfdt.h>

#include <lethe/fdt.h>

#include "tool.h"
#include "tree.h"

/* True if the bytes are device tree source: comments may stand before the tag. */
static bool is_source(const uint8_t *bytes, uint64_t size)
{
	static const char tag[] = "/dts-v1/";
	const uint64_t length = sizeof(tag) - 1;

	for (uint64_t i = 0; i + length <= size && i < 4096; i++) {
		if (memcmp(bytes + i, tag, length) == 0) {
			return true;
		}
	}
	return false;
}

bool tree_check(const uint8_t *bytes, uint64_t size, uint32_t *total_size, char *reason,
		size_t reason_size)
{
	struct lethe_where where = {0};
	struct lethe_fdt_facts facts;

	if (size < sizeof(struct fdt_header) || fdt_magic(bytes) != FDT_MAGIC) {
		snprintf(reason, reason_size, "%s",
			 is_source(bytes, size) ? "is device tree source; compile it with: dtc -O "
						  "dtb -o FILE.dtb FILE.dts"
						: "is no flattened device tree (.dtb)");
		return false;
	}

	int status = lethe_fdt_probe(bytes, total_size);

	if (status == LETHE_OK && *total_size > size) {
		snprintf(reason, reason_size,
			 "device tree is truncated: %" PRIu64 " of %" PRIu32 " bytes", size,
			 *total_size);
		return false;
	}
	if (status == LETHE_OK) {
		status = lethe_fdt_read(bytes, &facts, &where);
	}
	if (status != LETHE_OK) {
		tool_status_line(reason, reason_size, status, &where);
		return false;
	}
	return true;
}
