/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How the board is reset and turned off without PSCI, as its tree says: one or a few writes to
 * registers, which the monitor makes when EL1 asks for it.
 */
#include <string.h>

#include "fdt/fdt_get.h"
#include "hold/slots.h"
#include "strings_list.h"

#define PATH_MAX_DEPTH 8

/* Broadcom's power manager (BCM2835 to BCM2711): offsets, and what Linux and the firmware agree on. */
#define PM_RSTC         0x1cU
#define PM_RSTS         0x20U
#define PM_WDOG         0x24U
#define PM_PASSWORD     0x5a000000U
#define PM_TICKS        10U          /* until the reset, of 16 us */
#define PM_FULL_RESET   0x20U
#define PM_RSTC_KEEP    0xffffffcfU  /* all but how to reset */
#define PM_HALT         0x555U       /* partition 63, by its bits: the firmware then stays off */
#define PM_RSTS_KEEP    0xfffffaaaU
#define PM_NO_PASSWORD  0x00ffffffU

/* The PA of a node's register of 32 bits at offset. False if it has none, or if that is RAM. */
static bool find_register(struct lethe_fdt tree, int node, uint32_t offset, uint64_t *address)
{
	int path[PATH_MAX_DEPTH];
	int depth = fdt_node_depth(tree.dtb, node);
	int i;

	if (depth < 1 || depth >= PATH_MAX_DEPTH) {
		return false;
	}
	for (i = 0; i <= depth; i++) {
		path[i] = fdt_supernode_atdepth_offset(tree.dtb, node, i, 0);
	}
	if (!lethe_fdt_address(tree, path, depth + 1, address)) {
		return false;
	}
	*address += offset;
	return *address >= offset && *address % 4 == 0 &&
	       !lethe_fdt_memory_covers(tree.dtb, *address, 4);
}

static void find_broadcom(struct lethe_fdt tree)
{
	static const char names[] = "brcm,bcm2835-pm-wdt\0brcm,bcm2835-pm\0";
	struct lethe_monitor_write *off = lethe_monitor.off;
	const char *name;
	uint64_t base;

	lethe_for_each_string(name, names)
	{
		const int node = fdt_node_offset_by_compatible(tree.dtb, -1, name);

		if (node < 0 || !lethe_fdt_node_is_on(tree, node) ||
		    !find_register(tree, node, 0, &base)) {
			continue;
		}
		off[0].address = base + PM_RSTS;
		off[0].keep = PM_RSTS_KEEP & PM_NO_PASSWORD;
		off[0].value = PM_PASSWORD | PM_HALT;
		off[1].address = base + PM_WDOG;
		off[1].value = PM_PASSWORD | PM_TICKS;
		off[2].address = base + PM_RSTC;
		off[2].keep = PM_RSTC_KEEP & PM_NO_PASSWORD;
		off[2].value = PM_PASSWORD | PM_FULL_RESET;
		lethe_monitor.reset[0] = off[1];
		lethe_monitor.reset[1] = off[2];
		return;
	}
}

/* What is written, and what of the register stays. False if the node does not say. */
static bool read_value(struct lethe_fdt tree, int node, struct lethe_monitor_write *write)
{
	const uint32_t mask = lethe_fdt_node_u32(tree, node, "mask", UINT32_MAX);
	int value_size, mask_size;

	fdt_getprop(tree.dtb, node, "value", &value_size);
	fdt_getprop(tree.dtb, node, "mask", &mask_size);
	if ((value_size < 0 && mask_size < 0) || (value_size >= 0 && value_size != 4) ||
	    (mask_size >= 0 && mask_size != 4)) {
		return false;
	}
	if (value_size < 0) {
		write->value = mask; /* the older form has a mask alone, and it is the value */
		write->keep = 0;
	} else {
		write->value = lethe_fdt_node_u32(tree, node, "value", 0) & mask;
		write->keep = ~mask;
	}
	return true;
}

/* A value in a register (Linux, bindings/power/reset/syscon-reboot.yaml and syscon-poweroff.yaml). */
static void find_syscon(struct lethe_fdt tree, const char *name, struct lethe_monitor_write *write)
{
	const int node = fdt_node_offset_by_compatible(tree.dtb, -1, name);
	const uint32_t none = UINT32_MAX;
	uint32_t offset;
	uint64_t address;
	int regmap;

	if (node < 0 || !lethe_fdt_node_is_on(tree, node)) {
		return;
	}
	regmap = fdt_node_offset_by_phandle(tree.dtb, lethe_fdt_node_u32(tree, node, "regmap", none));
	if (regmap < 0) {
		regmap = fdt_parent_offset(tree.dtb, node); /* the newer form */
	}
	offset = lethe_fdt_node_u32(tree, node, "offset", lethe_fdt_node_u32(tree, node, "reg", none));
	if (regmap < 0 || offset == none ||
	    lethe_fdt_node_u32(tree, regmap, "reg-io-width", 4) != 4 ||
	    fdt_getprop(tree.dtb, regmap, "big-endian", NULL) != NULL ||
	    !find_register(tree, regmap, offset, &address) || !read_value(tree, node, write)) {
		return;
	}
	write->address = address;
}

void lethe_hold_find_power(const struct lethe_fdt_facts *facts)
{
	find_broadcom(facts->tree);
	if (lethe_monitor.reset[0].address == 0) {
		find_syscon(facts->tree, "syscon-reboot", lethe_monitor.reset);
		find_syscon(facts->tree, "syscon-poweroff", lethe_monitor.off);
	}
}
