/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one walk that finds whatever Lethe looks for by kind and not by path: CPUs, memory, the PSCI
 * conduit, the interrupt controller. It also notes where the nodes that are read later begin, so
 * that no later look-up walks the tree.
 */

#include <string.h>

#include "fdt/fdt_cpus.h"
#include "strings_list.h"

/* The state of the walk, and the node whose properties are being passed. */
struct scan {
	struct lethe_fdt tree;
	struct lethe_fdt_facts *facts;
	const char *strings;
	uint32_t depth;            /* of the node; the root's is 1 */
	int parent;                /* offset of the last node of depth 2 */
	const fdt32_t *node;       /* null: its properties have ended */
	const fdt32_t *compatible; /* the property's tag, or null */
	bool has_device_type;
	int memory_status;
};

/*
 * True if a value, a list of strings, has any string of names (strings_list.h). A last string
 * without a NUL is none.
 */
static bool list_has_any(const char *list, size_t length, const char *names)
{
	const char *end = list + length;
	const char *name;
	size_t size;

	for (; list < end; list += size) {
		size = strnlen(list, (size_t)(end - list)) + 1;
		if (size > (size_t)(end - list)) {
			return false;
		}
		lethe_for_each_string(name, names)
		{
			if (*list == *name && strcmp(list, name) == 0) {
				return true;
			}
		}
	}
	return false;
}

static void read_conduit(struct scan *scan, int node)
{
	if (scan->facts->psci != LETHE_PSCI_NONE) {
		return;
	}
	if (lethe_fdt_node_says(scan->tree, node, "method", "smc")) {
		scan->facts->psci = LETHE_PSCI_SMC;
	} else if (lethe_fdt_node_says(scan->tree, node, "method", "hvc")) {
		scan->facts->psci = LETHE_PSCI_HVC;
	}
}

/* The PSCI conduit and the interrupt controller may be anywhere in the tree. */
static void read_device(struct scan *scan, int node)
{
	const char *list = (const char *)(scan->compatible + 3);
	const size_t length = fdt32_to_cpu(scan->compatible[1]);
	const bool is_gic = list_has_any(list, length, "arm,gic-v3\0arm,gic-v5\0");
	const bool is_psci = list_has_any(list, length, "arm,psci-1.0\0arm,psci-0.2\0arm,psci\0");

	if ((is_gic || is_psci) && lethe_fdt_node_is_on(scan->tree, node)) {
		scan->facts->has_gic_v3 |= is_gic;
		if (is_psci) {
			scan->facts->has_psci_0_2 |=
				list_has_any(list, length, "arm,psci-1.0\0arm,psci-0.2\0");
			read_conduit(scan, node);
		}
	}
}

/* Sets has_memory if a device_type memory node has an entry that is not empty. */
static void read_memory(struct scan *scan, int node)
{
	struct lethe_fdt_facts *facts = scan->facts;
	struct lethe_fdt_range range;
	struct lethe_fdt_regs regs;

	if (facts->first_memory < 0) {
		facts->first_memory = node;
	}
	facts->last_memory = node;
	if (scan->memory_status != LETHE_OK) {
		return;
	}
	lethe_fdt_regs_start(&regs, scan->tree, 0, node, node, true);
	while (lethe_fdt_regs_next(&regs, &range)) {
		facts->has_memory |= range.size != 0;
	}
	scan->memory_status = regs.ranges.status;
}

/* A subnode of the root. The first of a name counts, as in libfdt. */
static void read_top(struct scan *scan, int node)
{
	struct lethe_fdt_facts *facts = scan->facts;
	const char *name = (const char *)(scan->node + 1);

	if (*name == 'c' && facts->chosen < 0 && lethe_fdt_is_named(name, "chosen", 6)) {
		facts->chosen = node;
	} else if (*name == 'c' && facts->cpus < 0 && lethe_fdt_is_named(name, "cpus", 4)) {
		facts->cpus = node;
	} else if (*name == 'r' && facts->reserved_memory < 0 &&
		   lethe_fdt_is_named(name, "reserved-memory", 15)) {
		facts->reserved_memory = node;
	}
	if (scan->has_device_type &&
	    lethe_fdt_node_says(scan->tree, node, "device_type", "memory")) {
		read_memory(scan, node);
	}
}

/* All properties of the node have been passed: the first subnode begins here, or the node ends. */
static void end_properties(struct scan *scan, const fdt32_t *end)
{
	const int node = lethe_fdt_offset_of(scan->tree, scan->node);

	if (scan->depth == 1) {
		scan->facts->first_child = lethe_fdt_offset_of(scan->tree, end);
	} else if (scan->compatible != NULL) {
		read_device(scan, node);
	}
	if (scan->depth == 2) {
		scan->parent = node;
		read_top(scan, node);
	} else if (scan->depth == 3 && scan->parent == scan->facts->cpus &&
		   lethe_fdt_is_cpu(scan->tree, node)) {
		scan->facts->cpu_count++;
	}
	scan->node = NULL;
}

static void pass_property(struct scan *scan, const fdt32_t *tag)
{
	const char *name = scan->strings + fdt32_to_cpu(tag[2]);

	if (*name == 'c' && scan->compatible == NULL && strcmp(name, "compatible") == 0) {
		scan->compatible = tag;
	} else if (*name == 'd' && strcmp(name, "device_type") == 0) {
		scan->has_device_type = true;
	}
}

int lethe_fdt_scan(struct lethe_fdt tree, struct lethe_fdt_facts *facts)
{
	struct scan scan = {.tree = tree, .facts = facts, .parent = -1};
	const fdt32_t *cell = lethe_fdt_tag_at(tree, 0);
	const fdt32_t *tag;

	facts->chosen = facts->cpus = facts->reserved_memory = facts->first_memory =
		facts->last_memory = -1;
	scan.strings = (const char *)tree.dtb + fdt_off_dt_strings(tree.dtb);
	do {
		tag = cell;
		switch (lethe_fdt_step(&cell)) {
		case FDT_PROP: pass_property(&scan, tag); break;
		case FDT_BEGIN_NODE:
			if (scan.node != NULL) {
				end_properties(&scan, tag);
			}
			scan.node = tag;
			scan.compatible = NULL;
			scan.has_device_type = false;
			scan.depth++;
			break;
		case FDT_END_NODE:
			if (scan.node != NULL) {
				end_properties(&scan, tag);
			}
			scan.depth--;
			break;
		default: break;
		}
	} while (scan.depth != 0);
	return scan.memory_status;
}
