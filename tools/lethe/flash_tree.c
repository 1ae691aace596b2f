/* SPDX-License-Identifier: BSD-2-Clause */
/* The tree in the file: nothing between reset and the kernel completes it but this. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lethe/fdt.h>
#include <libfdt.h>

#include "fdt/fdt_get.h"
#include "flash.h"
#include "flash/complete.h"
#include "tool.h"
#include "tree.h"

/* 48 CPUs, /psci, a reservation: far less. */
#define ROOM      (64 * TOOL_KIB)
#define DEPTH_MAX 16
#define PATH_SIZE 512

/* Finds the UART with registers at this address, through every `ranges`. */
static bool find_uart(const void *tree, uint64_t base, char *path)
{
	const struct lethe_fdt checked = {tree};
	int nodes[DEPTH_MAX] = {0};
	int depth = 0;
	int node = 0;

	for (; node >= 0 && depth >= 0; node = fdt_next_node(tree, node, &depth)) {
		struct lethe_uart uart;

		if (depth >= DEPTH_MAX) {
			continue;
		}
		nodes[depth] = node;
		if (lethe_fdt_uart_describe(checked, nodes, depth + 1, &uart) &&
		    uart.base == base && fdt_get_path(tree, node, path, PATH_SIZE) == 0) {
			return true;
		}
	}
	return false;
}

/* Lethe and the kernel print where the front end did, unless the tree says another place. */
static int set_stdout(void *tree, uint64_t base)
{
	int chosen = fdt_subnode_offset(tree, 0, "chosen");
	char path[PATH_SIZE];

	if (base == 0 || (chosen >= 0 && fdt_getprop(tree, chosen, "stdout-path", NULL)) ||
	    !find_uart(tree, base, path)) {
		return 0;
	}
	if (chosen < 0) {
		chosen = fdt_add_subnode(tree, 0, "chosen");
	}
	return chosen < 0 ? chosen : fdt_setprop_string(tree, chosen, "stdout-path", path);
}

static int fail_status(const struct flash *flash, int status)
{
	static const char *const names[] = {"one", "psci", "spin-table"};
	const char *cpus = names[flash->parameters.cpus];

	switch (status) {
	case LETHE_E_PLAN_CPUS:
		return tool_fail(
			TOOL_USAGE, flash->tree_name,
			"starts its CPUs in another way than %s, or has another kind of PSCI: give "
			"--cpus, or a tree without enable-method and psci",
			cpus);
	case LETHE_E_TREE_BROKEN:
		return tool_fail(TOOL_USAGE, flash->tree_name,
				 "has no CPUs in /cpus, which --cpus %s needs", cpus);
	case LETHE_E_TREE_CELLS:
		return tool_fail(TOOL_USAGE, flash->tree_name,
				 "cannot be completed: more than %u CPUs, or #address-cells or "
				 "#size-cells in "
				 "which scratch cannot be reserved",
				 LETHE_FLASH_SPIN_MAX);
	default: return tool_fail(TOOL_USAGE, flash->tree_name, "has no room to be completed");
	}
}

static int complete(struct flash *flash, uint32_t size)
{
	const int room = (int)(size + ROOM);
	int status;

	flash->tree = tool_alloc((size_t)room);
	if (fdt_open_into(flash->tree_file.bytes, flash->tree, room) != 0) {
		return tool_fail(TOOL_UNREADABLE, flash->tree_name, "libfdt cannot edit it");
	}
	status = lethe_flash_complete(flash->tree, &flash->parameters);
	if (status == LETHE_OK && set_stdout(flash->tree, flash->machine.console_base) != 0) {
		status = LETHE_E_TREE_NOSPACE;
	}
	if (status != LETHE_OK) {
		return fail_status(flash, status);
	}
	fdt_pack(flash->tree);
	if (fdt_totalsize(flash->tree) > LETHE_FDT_MAX) {
		return tool_fail(TOOL_USAGE, flash->tree_name,
				 "is larger than 2 MiB when completed");
	}
	return TOOL_OK;
}

int flash_tree_read(struct flash *flash, const char *name)
{
	char reason[TOOL_REASON_SIZE];
	struct lethe_fdt_facts facts;
	struct lethe_where where;
	uint32_t size;
	int code = file_read(name, &flash->tree_file);

	flash->tree_name = name;
	if (code != TOOL_OK) {
		return code;
	}
	if (!tree_check(flash->tree_file.bytes, flash->tree_file.size, &size, reason,
			sizeof(reason)) ||
	    !tree_is_machine(flash->tree_file.bytes, name, reason, sizeof(reason))) {
		return tool_fail(TOOL_UNREADABLE, name, "%s", reason);
	}
	if (lethe_fdt_read(flash->tree_file.bytes, &facts, &where) != LETHE_OK ||
	    !facts.has_memory) {
		return tool_fail(TOOL_USAGE, name,
				 "has no memory node with a size in it: nothing between reset and "
				 "the kernel "
				 "fills it in");
	}
	return complete(flash, size);
}
