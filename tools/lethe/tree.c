/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <libfdt.h>

#include <lethe/fdt.h>

#include "paste.h"
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

bool tree_is_machine(const uint8_t *tree, const char *path, char *reason, size_t reason_size)
{
	bool is_overlay = fdt_subnode_offset(tree, 0, "__fixups__") >= 0;
	char name[TOOL_REASON_SIZE / 2];
	int node;

	fdt_for_each_subnode(node, tree, 0) {
		is_overlay |= fdt_subnode_offset(tree, node, "__overlay__") >= 0;
	}
	paste_text(name, sizeof(name), path);
	if (is_overlay) {
		snprintf(reason, reason_size,
			 "is a device tree overlay; apply it to the machine's tree with: fdtoverlay "
			 "-i BASE.dtb -o FILE.dtb %s",
			 name);
		return false;
	}
	if (fdt_subnode_offset(tree, 0, "images") >= 0 &&
	    fdt_subnode_offset(tree, 0, "configurations") >= 0) {
		snprintf(reason, reason_size,
			 "is a FIT image; extract its device tree with: dumpimage -T flat_dt -p 1 -o "
			 "FILE.dtb %s",
			 name);
		return false;
	}
	return true;
}

/* The text of a property, or null unless it ends with a zero. */
static const char *text_of(const uint8_t *tree, int node, const char *name)
{
	int length;
	const char *value = node < 0 ? NULL : fdt_getprop(tree, node, name, &length);

	return value && length > 1 && memchr(value, 0, (size_t)length) ? value : NULL;
}

/* The compatible of the node that a stdout-path names, or a word for its absence. */
static const char *stdout_compatible(const uint8_t *tree, const char *path)
{
	size_t length = strcspn(path, ":");
	char alias[64];
	int node;

	if (*path != '/') {
		snprintf(alias, sizeof(alias), "%.*s", (int)length, path);
		path = text_of(tree, fdt_subnode_offset(tree, 0, "aliases"), alias);
		if (!path || *path != '/') {
			return "no such alias";
		}
		length = strlen(path);
	}
	node = fdt_path_offset_namelen(tree, path, (int)length);
	if (node < 0) {
		return "no such node";
	}
	path = text_of(tree, node, "compatible");
	return path ? path : "not compatible with anything";
}

bool tree_is_silent(const uint8_t *tree, char *reason, size_t reason_size)
{
	const int chosen = fdt_subnode_offset(tree, 0, "chosen");
	const char *path = text_of(tree, chosen, "stdout-path");
	struct lethe_uart uart;

	path = path ? path : text_of(tree, chosen, "linux,stdout-path");
	lethe_fdt_stdout(tree, &uart);
	if (!path || uart.kind != LETHE_CONSOLE_NONE) {
		return false;
	}
	snprintf(reason, reason_size,
		 "Lethe prints nothing with this tree: its stdout-path, %.100s, names no UART that Lethe "
		 "drives (%.100s)",
		 path, stdout_compatible(tree, path));
	return true;
}
