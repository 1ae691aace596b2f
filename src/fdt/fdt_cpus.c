/* SPDX-License-Identifier: BSD-2-Clause */
#include "fdt/fdt_cpus.h"

#include <string.h>

bool lethe_fdt_is_cpu(struct lethe_fdt tree, int node)
{
	const char *name = fdt_get_name(tree.dtb, node, NULL);

	if (fdt_getprop(tree.dtb, node, "device_type", NULL) != NULL) {
		return lethe_fdt_node_says(tree, node, "device_type", "cpu");
	}
	return strncmp(name, "cpu", 3) == 0 && (name[3] == '\0' || name[3] == '@') &&
	       fdt_getprop(tree.dtb, node, "enable-method", NULL) != NULL;
}

bool lethe_fdt_cpu_can_start(struct lethe_fdt tree, int node)
{
	int length;
	const char *status = fdt_getprop(tree.dtb, node, "status", &length);

	return status == NULL || length < 4 || strncmp(status, "fail", 4) != 0;
}

/* Reads a property of one number of so many cells; 0: one or two. */
static bool read_number(struct lethe_fdt tree, int node, const char *name, int cells,
			uint64_t *number)
{
	int length;
	const fdt32_t *value = fdt_getprop(tree.dtb, node, name, &length);

	if (value == NULL || (length != 4 && length != 8) || (cells != 0 && length != cells * 4)) {
		return false;
	}
	return lethe_fdt_get_cells(&value, length / 4, number) == LETHE_OK;
}

static enum lethe_fdt_enable read_enable(struct lethe_fdt tree, int node, uint64_t *release_addr)
{
	if (lethe_fdt_node_says(tree, node, "enable-method", "psci")) {
		return LETHE_FDT_ENABLE_PSCI;
	}
	if (lethe_fdt_node_says(tree, node, "enable-method", "spin-table") &&
	    read_number(tree, node, "cpu-release-addr", 0, release_addr) &&
	    *release_addr % 8 == 0 && !lethe_range_wraps(*release_addr, 8)) {
		return LETHE_FDT_ENABLE_SPIN_TABLE;
	}
	return LETHE_FDT_ENABLE_UNKNOWN;
}

bool lethe_fdt_cpu_next(const struct lethe_fdt_facts *facts, int *node, struct lethe_fdt_cpu *cpu)
{
	const struct lethe_fdt tree = facts->tree;

	if (facts->cpus < 0) {
		return false;
	}
	*node = *node == 0 ? lethe_fdt_first_child(tree, facts->cpus)
			   : lethe_fdt_next_child(tree, *node);
	for (; *node >= 0; *node = lethe_fdt_next_child(tree, *node)) {
		if (lethe_fdt_is_cpu(tree, *node) && lethe_fdt_cpu_can_start(tree, *node) &&
		    read_number(tree, *node, "reg", lethe_fdt_address_cells(tree, facts->cpus),
				&cpu->id) &&
		    (cpu->id & ~LETHE_FDT_AFFINITY) == 0) {
			cpu->name = fdt_get_name(tree.dtb, *node, NULL);
			cpu->enable = read_enable(tree, *node, &cpu->release_addr);
			return true;
		}
	}
	return false;
}
