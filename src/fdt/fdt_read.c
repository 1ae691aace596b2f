/* SPDX-License-Identifier: BSD-2-Clause */
/* Collects facts for Lethe from a tree that has passed lethe_fdt_check(). */

#include <string.h>

#include <lethe/record.h>

#include "fdt/fdt_get.h"

/* The facts so far, and the name of the current property, for errors. */
struct reading {
	const void *tree;
	struct lethe_fdt_facts *facts;
	int chosen;
	const char *name;
};

/* Reads the PSCI conduit and the interrupt controller from nodes anywhere in the tree. */
static void read_devices(const void *tree, struct lethe_fdt_facts *facts)
{
	int node;

	for (node = fdt_next_node(tree, 0, NULL); node >= 0;
	     node = fdt_next_node(tree, node, NULL)) {
		if (!lethe_fdt_node_is_on(tree, node)) {
			continue;
		}
		facts->has_gic_v3 |= lethe_fdt_node_is_any(tree, node, "arm,gic-v3\0arm,gic-v5\0");
		if (facts->psci == LETHE_PSCI_NONE &&
		    lethe_fdt_node_is_any(tree, node, "arm,psci-1.0\0arm,psci-0.2\0arm,psci\0")) {
			if (lethe_fdt_node_says(tree, node, "method", "smc")) {
				facts->psci = LETHE_PSCI_SMC;
			} else if (lethe_fdt_node_says(tree, node, "method", "hvc")) {
				facts->psci = LETHE_PSCI_HVC;
			}
		}
	}
}

/* True for a device_type "cpu"; in older trees for a name and an enable-method instead. */
static bool is_cpu(const void *tree, int node)
{
	const char *name = fdt_get_name(tree, node, NULL);

	if (fdt_getprop(tree, node, "device_type", NULL) != NULL) {
		return lethe_fdt_node_says(tree, node, "device_type", "cpu");
	}
	return strncmp(name, "cpu", 3) == 0 && (name[3] == '\0' || name[3] == '@') &&
	       fdt_getprop(tree, node, "enable-method", NULL) != NULL;
}

/*
 * True unless the CPU has failed. A "disabled" CPU waits for its enable-method (Devicetree
 * Specification, 3.8.1), and Linux starts such a CPU as well.
 */
static bool can_start(const void *tree, int node)
{
	int length;
	const char *status = fdt_getprop(tree, node, "status", &length);

	return status == NULL || length < 4 || strncmp(status, "fail", 4) != 0;
}

static void read_cpus(const void *tree, struct lethe_fdt_facts *facts)
{
	int cpus = fdt_subnode_offset(tree, 0, "cpus");
	int node;

	if (cpus < 0) {
		return;
	}
	fdt_for_each_subnode(node, tree, cpus)
	{
		if (is_cpu(tree, node) && can_start(tree, node)) {
			facts->cpu_count++;
		}
	}
}

/* Sets has_memory if a device_type memory node has an entry that is not empty. */
static int read_memory(struct reading *reading)
{
	struct lethe_fdt_range range;
	struct lethe_fdt_regs regs;

	reading->name = "memory";
	lethe_fdt_regs_start(&regs, reading->tree, 0, true);
	while (lethe_fdt_regs_next(&regs, &range)) {
		reading->facts->has_memory |= range.size != 0;
	}
	return regs.ranges.status;
}

/*
 * Reads a number from /chosen. The length decides between one and two cells, as in Linux.
 * *is_present is true if the property exists.
 * Return: 0, or LETHE_E_TREE_BROKEN if the property has another length.
 */
static int read_number(struct reading *reading, const char *name, uint64_t *value, bool *is_present)
{
	int length;
	const fdt32_t *cells = fdt_getprop(reading->tree, reading->chosen, name, &length);

	*is_present = cells != NULL;
	if (!*is_present) {
		return LETHE_OK;
	}
	reading->name = name;
	if (length != sizeof(fdt32_t) && length != sizeof(fdt64_t)) {
		return LETHE_E_TREE_BROKEN;
	}
	return lethe_fdt_get_cells(&cells, length / (int)sizeof(fdt32_t), value);
}

static int read_initrd(struct reading *reading)
{
	struct lethe_fdt_facts *facts = reading->facts;
	uint64_t start = 0;
	uint64_t end = 0;
	bool has_start;
	bool has_end;
	int status = read_number(reading, "linux,initrd-start", &start, &has_start);

	if (status == LETHE_OK) {
		status = read_number(reading, "linux,initrd-end", &end, &has_end);
	}
	/* The caller compares both ends: in a packed tree the initrd does not matter. */
	if (status == LETHE_OK && has_start && has_end && start != end) {
		facts->has_initrd = true;
		facts->initrd_start = start;
		facts->initrd_end = end;
	}
	return status;
}

/* Reads the map only if all four properties are sound. A wrong property is no error. */
static void read_efi(struct reading *reading)
{
	static const char names[4][26] = {
		"linux,uefi-mmap-start",
		"linux,uefi-mmap-size",
		"linux,uefi-mmap-desc-size",
		"linux,uefi-mmap-desc-ver",
	};
	struct lethe_fdt_facts *facts = reading->facts;
	uint64_t value[4];
	bool is_present;
	int i;

	(void)read_number(reading, "linux,uefi-system-table", &facts->efi_system_table,
			  &is_present);
	for (i = 0; i < 4; i++) {
		if (read_number(reading, names[i], &value[i], &is_present) != LETHE_OK ||
		    !is_present) {
			return;
		}
	}
	if (value[1] <= UINT32_MAX && value[2] <= UINT32_MAX) {
		facts->efi_mmap = value[0];
		facts->efi_mmap_size = (uint32_t)value[1];
		facts->efi_desc_size = (uint32_t)value[2];
	}
}

static int read_usable(struct reading *reading)
{
	struct lethe_fdt_facts *facts = reading->facts;
	struct lethe_fdt_ranges ranges;
	struct lethe_fdt_range range;
	int status;

	reading->name = "linux,usable-memory-range";
	status = lethe_fdt_ranges_open(&ranges, reading->tree, 0, reading->chosen, reading->name);
	if (status != LETHE_OK || ranges.next == NULL) {
		return status;
	}
	while (lethe_fdt_ranges_next(&ranges, &range)) {
		/* Linux also uses the first two only. */
		if (range.size != 0 && facts->usable_count < 2) {
			facts->usable_base[facts->usable_count] = range.base;
			facts->usable_size[facts->usable_count] = range.size;
			facts->usable_count++;
		}
	}
	/*
	 * If the property is cut off, the limit is unknown. That is an error, because the crashed
	 * kernel's memory is beyond the limit.
	 */
	return ranges.status == LETHE_OK && ranges.left != 0 ? LETHE_E_TREE_BROKEN : ranges.status;
}

static int read_texts(struct reading *reading)
{
	struct lethe_fdt_facts *facts = reading->facts;
	const void *tree = reading->tree;
	const fdt32_t *count;
	int length;

	/* Without a record, the offset is negative, and libfdt finds no property. */
	count = fdt_getprop(tree, fdt_subnode_offset(tree, reading->chosen, "lethe"),
			    LETHE_RECORD_NAME_BOOT_COUNT, &length);
	if (count != NULL && length == sizeof(*count)) {
		facts->boot_count = fdt32_ld(count);
	}
	reading->name = "bootargs";
	facts->bootargs = fdt_getprop(tree, reading->chosen, reading->name, &length);
	if (facts->bootargs == NULL || length == 0) {
		facts->bootargs = NULL;
		return LETHE_OK;
	}
	return facts->bootargs[length - 1] == '\0' ? LETHE_OK : LETHE_E_TREE_BROKEN;
}

int lethe_fdt_read(const void *tree, struct lethe_fdt_facts *facts, struct lethe_where *where)
{
	struct reading reading = {tree, facts, -1, NULL};
	struct lethe_fdt_layout layout;
	int status;

	memset(facts, 0, sizeof(*facts));
	facts->psci = LETHE_PSCI_NONE;
	status = lethe_fdt_check(tree, &layout, where);
	if (status != LETHE_OK) {
		return status;
	}
	facts->structure_size = layout.structure_size;
	reading.chosen = fdt_subnode_offset(tree, 0, "chosen");
	facts->total_size = fdt_totalsize(tree);
	facts->used_size = (uint32_t)sizeof(struct fdt_header) + layout.reservations_end -
			   fdt_off_mem_rsvmap(tree) + layout.structure_size +
			   fdt_size_dt_strings(tree);
	read_devices(tree, facts);
	read_cpus(tree, facts);
	read_efi(&reading);
	status = read_memory(&reading);
	if (status == LETHE_OK) {
		status = read_texts(&reading);
	}
	if (status == LETHE_OK) {
		status = read_initrd(&reading);
	}
	if (status == LETHE_OK) {
		status = read_usable(&reading);
	}
	if (status == LETHE_OK) {
		return LETHE_OK;
	}
	return lethe_error_at(where, status, LETHE_WHAT_TREE, 0, reading.name, 0);
}
