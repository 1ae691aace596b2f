/* SPDX-License-Identifier: BSD-2-Clause */
/* The tree in the file: nothing between reset and the kernel completes it but this. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lethe/fdt.h>
#include <libfdt.h>

#include "fdt/fdt_cpus.h"
#include "fdt/fdt_get.h"
#include "flash.h"
#include "flash_complete.h"
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
		if (depth != 0 && lethe_fdt_uart_describe(checked, nodes, depth + 1, &uart) &&
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

/* Writes a number of so many cells, and returns what is behind it. */
static fdt32_t *put(fdt32_t *cell, int cells, uint64_t value)
{
	for (int i = cells - 1; i >= 0; i--) {
		*cell++ = cpu_to_fdt32(i < 2 ? (uint32_t)(value >> 32 * i) : 0);
	}
	return cell;
}

/* Boot loaders fill in the size of RAM, and trees are made for that: the machine's text has to do.
 */
static int set_memory(struct flash *flash)
{
	const struct lethe_fdt tree = {flash->tree};
	const int address_cells = lethe_fdt_address_cells(tree, 0);
	const int size_cells = lethe_fdt_size_cells(tree, 0);
	const struct machine *machine = &flash->machine;
	char name[sizeof("memory@") + 16];
	fdt32_t reg[2 * FDT_MAX_NCELLS];
	fdt32_t *end;
	int node;

	if (address_cells < 1 || size_cells < 1 ||
	    (address_cells == 1 && machine->ram >> 32 != 0) ||
	    (size_cells == 1 && machine->ram_size >> 32 != 0)) {
		return tool_fail(TOOL_USAGE, flash->tree_name,
				 "has no memory, and cells that cannot say what %s has",
				 machine->name);
	}
	end = put(put(reg, address_cells, machine->ram), size_cells, machine->ram_size);
	node = fdt_node_offset_by_prop_value(flash->tree, -1, "device_type", "memory",
					     sizeof("memory"));
	if (node < 0) {
		snprintf(name, sizeof(name), "memory@%" PRIx64, machine->ram);
		node = fdt_add_subnode(flash->tree, 0, name);
	}
	if (node < 0 || fdt_setprop_string(flash->tree, node, "device_type", "memory") != 0 ||
	    fdt_setprop(flash->tree, node, "reg", reg, (int)((char *)end - (char *)reg)) != 0) {
		return tool_fail(TOOL_USAGE, flash->tree_name,
				 "has no memory, and no room for a node");
	}
	flash->has_filled_memory = true;
	return TOOL_OK;
}

/* The front end boots on one CPU of the tree, and has the others wait inside the page. */
static int check_cpus(const struct flash *flash)
{
	const struct lethe_flash *parameters = &flash->parameters;
	struct lethe_fdt_facts facts;
	struct lethe_where where;
	struct lethe_fdt_cpu cpu;
	bool has_boot_cpu = false;
	int node = 0;

	if (lethe_fdt_read(flash->tree, &facts, &where) != LETHE_OK) {
		return tool_fail(TOOL_UNREADABLE, flash->tree_name, "is damaged when completed");
	}
	while (lethe_fdt_cpu_next(&facts, &node, &cpu)) {
		if (cpu.id == parameters->boot_cpu) {
			has_boot_cpu = true;
		} else if (parameters->cpus == LETHE_FLASH_SPIN_TABLE &&
			   (cpu.enable != LETHE_FDT_ENABLE_SPIN_TABLE ||
			    cpu.release_addr < parameters->spin_page ||
			    cpu.release_addr - parameters->spin_page >= LETHE_FLASH_SPIN_CODE)) {
			return tool_fail(TOOL_USAGE, flash->tree_name,
					 "%s: its cpu-release-addr, 0x%" PRIx64
					 ", is no multiple of 8 in the "
					 "first 0x%x bytes of spin-page, 0x%" PRIx64,
					 cpu.name, cpu.release_addr, LETHE_FLASH_SPIN_CODE,
					 parameters->spin_page);
		}
	}
	if (!has_boot_cpu) {
		return tool_fail(TOOL_USAGE, flash->tree_name,
				 "does not have the CPU that boots, with reg 0x%" PRIx64,
				 parameters->boot_cpu);
	}
	return TOOL_OK;
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

static int complete(struct flash *flash, uint32_t size, bool has_memory)
{
	const int room = (int)(size + ROOM);
	int status;

	flash->tree = tool_alloc((size_t)room);
	if (fdt_open_into(flash->tree_file.bytes, flash->tree, room) != 0) {
		return tool_fail(TOOL_UNREADABLE, flash->tree_name, "libfdt cannot edit it");
	}
	if (!has_memory && set_memory(flash) != TOOL_OK) {
		return TOOL_USAGE;
	}
	status = flash_complete(flash->tree, &flash->parameters);
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
	return check_cpus(flash);
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
	lethe_fdt_read(flash->tree_file.bytes, &facts, &where); /* tree_check() found it sound */
	return complete(flash, size, facts.has_memory);
}
