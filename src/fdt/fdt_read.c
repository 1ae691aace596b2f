/* SPDX-License-Identifier: BSD-2-Clause */
/* What a tree says that Lethe needs, once its structure was found sound. */

#include <string.h>

#include "fdt/fdt_get.h"

/* Facts being read, and the name of what cannot be what it is called. */
struct reading {
	const void *tree;
	struct lethe_fdt_facts *facts;
	int chosen;
	const char *name;
};

/* The PSCI conduit and the interrupt controller: nodes anywhere. */
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

/* By its type; older trees have none, but a name and a way to start it. */
static int is_cpu(const void *tree, int node)
{
	const char *name = fdt_get_name(tree, node, NULL);

	if (fdt_getprop(tree, node, "device_type", NULL) != NULL) {
		return lethe_fdt_node_says(tree, node, "device_type", "cpu");
	}
	return strncmp(name, "cpu", 3) == 0 && (name[3] == '\0' || name[3] == '@') &&
	       fdt_getprop(tree, node, "enable-method", NULL) != NULL;
}

/*
 * "disabled" on a CPU means that it waits for its enable-method (Devicetree Specification, 3.8.1), and Linux
 * starts it like any other; only one that failed stays out.
 */
static int can_start(const void *tree, int node)
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

/* A node of device_type memory counts when any of its entries is not empty. */
static int read_memory(struct reading *reading)
{
	struct lethe_fdt_range range;
	struct lethe_fdt_regs regs;
	int more;

	reading->name = "memory";
	lethe_fdt_regs_start(&regs, reading->tree, 0, 1);
	do {
		more = lethe_fdt_regs_next(&regs, &range);
		if (more == 1 && range.size != 0) {
			reading->facts->has_memory = 1;
		}
	} while (more == 1);
	return more;
}

/*
 * A number of one or two cells, told apart by the property's length as Linux does: 1 when it is
 * one, 0 when it is absent, LETHE_E_TREE_BROKEN when it is something else.
 */
static int number(struct reading *reading, const char *name, uint64_t *value)
{
	int length;
	const fdt32_t *cells = fdt_getprop(reading->tree, reading->chosen, name, &length);

	if (cells == NULL) {
		return 0;
	}
	reading->name = name;
	if (length != sizeof(fdt32_t) && length != sizeof(fdt64_t)) {
		return LETHE_E_TREE_BROKEN;
	}
	lethe_fdt_read_cells(&cells, length / (int)sizeof(fdt32_t), value);
	return 1;
}

static int read_initrd(struct reading *reading)
{
	struct lethe_fdt_facts *facts = reading->facts;
	uint64_t start = 0;
	uint64_t end = 0;
	int has_start = number(reading, "linux,initrd-start", &start);
	int has_end;

	if (has_start < 0) {
		return has_start;
	}
	has_end = number(reading, "linux,initrd-end", &end);
	/* Inside out is for the road to judge: in a packed tree it does not matter. */
	if (has_start == 1 && has_end == 1 && start != end) {
		facts->has_initrd = 1;
		facts->initrd_start = start;
		facts->initrd_end = end;
	}
	return has_end;
}

/* The map's four hold together: one that is absent or wrong makes the map unknown, no more. */
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
	int i;

	number(reading, "linux,uefi-system-table", &facts->efi_system_table);
	for (i = 0; i < 4; i++) {
		if (number(reading, names[i], &value[i]) != 1) {
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
	int more;

	reading->name = "linux,usable-memory-range";
	more = lethe_fdt_ranges_open(&ranges, reading->tree, 0, reading->chosen, reading->name);
	if (more != LETHE_OK || ranges.next == NULL) {
		return more;
	}
	do {
		more = lethe_fdt_ranges_next(&ranges, &range);
		/* Linux, too, takes the first two and no more. */
		if (more == 1 && range.size != 0 && facts->usable_count < 2) {
			facts->usable_base[facts->usable_count] = range.base;
			facts->usable_size[facts->usable_count] = range.size;
			facts->usable_count++;
		}
	} while (more == 1);
	/*
	 * A cap that cannot be read whole must not pass for none: the crashed kernel's memory is
	 * beyond it.
	 */
	return more == 0 && ranges.left != 0 ? LETHE_E_TREE_BROKEN : more;
}

static int read_texts(struct reading *reading)
{
	struct lethe_fdt_facts *facts = reading->facts;
	const void *tree = reading->tree;
	const fdt32_t *count;
	int length;

	/* of a record that is not there, the property is not, either */
	count = fdt_getprop(tree, fdt_subnode_offset(tree, reading->chosen, "lethe"), "boot-count",
			    &length);
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
	int status;

	memset(facts, 0, sizeof(*facts));
	facts->psci = LETHE_PSCI_NONE;
	status = lethe_fdt_check(tree, &facts->structure_size, where);
	if (status != LETHE_OK) {
		return status;
	}
	reading.chosen = fdt_subnode_offset(tree, 0, "chosen");
	facts->total_size = fdt_totalsize(tree);
	facts->used_size =
		(uint32_t)(sizeof(struct fdt_header) + ((unsigned int)fdt_num_mem_rsv(tree) + 1) *
							       sizeof(struct fdt_reserve_entry)) +
		facts->structure_size + fdt_size_dt_strings(tree);
	read_devices(tree, facts);
	read_cpus(tree, facts);
	read_efi(&reading);
	status = read_memory(&reading);
	if (status >= 0) {
		status = read_texts(&reading);
	}
	if (status >= 0) {
		status = read_initrd(&reading);
	}
	if (status >= 0) {
		status = read_usable(&reading);
	}
	if (status >= 0) {
		return LETHE_OK;
	}
	return lethe_error_at(where, status, LETHE_WHAT_TREE, 0, reading.name, 0);
}
