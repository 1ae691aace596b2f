/* SPDX-License-Identifier: BSD-2-Clause */
#include "fdt/fdt_cpus.h"

#include <string.h>

#include "cpu/sysreg.h"
#include "strings_list.h"

/* The properties that are read, in this order, and of each the tag where it is, or null. */
static const char names[] = "device_type\0status\0reg\0enable-method\0cpu-release-addr\0";
enum property {
	DEVICE_TYPE,
	STATUS,
	REG,
	ENABLE_METHOD,
	CPU_RELEASE_ADDR,
	PROPERTIES,
};

/* Reads all in one pass: libfdt passes all properties of the node for each that it looks for. */
static void find(struct lethe_fdt tree, int node, const fdt32_t *found[PROPERTIES])
{
	const char *strings = (const char *)tree.dtb + fdt_off_dt_strings(tree.dtb);
	const fdt32_t *cell = lethe_fdt_tag_at(tree, node);
	const fdt32_t *tag;
	const char *name;
	uint32_t kind;

	memset(found, 0, PROPERTIES * sizeof(found[0]));
	lethe_fdt_step(&cell);
	for (tag = cell; (kind = lethe_fdt_step(&cell)) == FDT_PROP || kind == FDT_NOP;
	     tag = cell) {
		unsigned int i = 0;

		if (kind == FDT_NOP) {
			continue;
		}
		lethe_for_each_string(name, names)
		{
			const char *own = strings + fdt32_to_cpu(tag[2]);

			if (found[i] == NULL && *own == *name && strcmp(own, name) == 0) {
				found[i] = tag;
			}
			i++;
		}
	}
}

static uint32_t length_of(const fdt32_t *tag)
{
	return fdt32_to_cpu(tag[1]);
}

/* True if the property is the wanted string, or a list that begins with this string. */
static bool says(const fdt32_t *tag, const char *wanted)
{
	const size_t size = strlen(wanted) + 1;

	return tag != NULL && length_of(tag) >= size && memcmp(tag + 3, wanted, size) == 0;
}

/*
 * True for a device_type "cpu"; in older trees for a name and an enable-method instead. False if
 * the CPU has failed. A "disabled" CPU waits for its enable-method (Devicetree Specification,
 * 3.8.1), and Linux starts such a CPU as well.
 */
static bool is_cpu(const char *name, const fdt32_t *const found[PROPERTIES])
{
	const fdt32_t *status = found[STATUS];

	if (status != NULL && length_of(status) >= 4 &&
	    strncmp((const char *)(status + 3), "fail", 4) == 0) {
		return false;
	}
	if (found[DEVICE_TYPE] != NULL) {
		return says(found[DEVICE_TYPE], "cpu");
	}
	return strncmp(name, "cpu", 3) == 0 && (name[3] == '\0' || name[3] == '@') &&
	       found[ENABLE_METHOD] != NULL;
}

static const char *name_of(struct lethe_fdt tree, int node)
{
	return (const char *)(lethe_fdt_tag_at(tree, node) + 1);
}

bool lethe_fdt_is_cpu(struct lethe_fdt tree, int node)
{
	const fdt32_t *found[PROPERTIES];

	find(tree, node, found);
	return is_cpu(name_of(tree, node), found);
}

/* Reads a property of one number of so many cells; 0: one or two. */
static bool read_number(const fdt32_t *tag, int cells, uint64_t *number)
{
	const fdt32_t *value;
	uint32_t length;

	if (tag == NULL) {
		return false;
	}
	value = tag + 3;
	length = length_of(tag);
	return (length == 4 || length == 8) && (cells == 0 || length == (uint32_t)cells * 4) &&
	       lethe_fdt_get_cells(&value, (int)length / 4, number) == LETHE_OK;
}

static enum lethe_fdt_enable read_enable(const fdt32_t *const found[PROPERTIES],
					 uint64_t *release_addr)
{
	if (says(found[ENABLE_METHOD], "psci")) {
		return LETHE_FDT_ENABLE_PSCI;
	}
	if (says(found[ENABLE_METHOD], "spin-table") &&
	    read_number(found[CPU_RELEASE_ADDR], 0, release_addr) && *release_addr % 8 == 0 &&
	    !lethe_range_wraps(*release_addr, 8)) {
		return LETHE_FDT_ENABLE_SPIN_TABLE;
	}
	return LETHE_FDT_ENABLE_UNKNOWN;
}

bool lethe_fdt_cpu_next(const struct lethe_fdt_facts *facts, int *node, struct lethe_fdt_cpu *cpu)
{
	const struct lethe_fdt tree = facts->tree;
	const fdt32_t *found[PROPERTIES];
	int cells;

	if (facts->cpus < 0) {
		return false;
	}
	cells = lethe_fdt_address_cells(tree, facts->cpus);
	*node = *node == 0 ? lethe_fdt_first_child(tree, facts->cpus)
			   : lethe_fdt_next_child(tree, *node);
	for (; *node >= 0; *node = lethe_fdt_next_child(tree, *node)) {
		cpu->name = name_of(tree, *node);
		find(tree, *node, found);
		if (is_cpu(cpu->name, found) && read_number(found[REG], cells, &cpu->id) &&
		    (cpu->id & ~MPIDR_AFFINITY) == 0) {
			cpu->enable = read_enable(found, &cpu->release_addr);
			return true;
		}
	}
	return false;
}
