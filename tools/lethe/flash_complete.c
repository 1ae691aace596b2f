/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Completes the tree in a flash file. The front end does as much of it to a tree at an address
 * (src/flash/tree.c) as has to be. libfdt's errors are all negative: they are gathered by OR, and
 * have one meaning.
 */
#include "flash_complete.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <libfdt.h>

/* A node that is an error is one again. */
static int set(void *tree, int node, const char *name, const void *value, unsigned int size)
{
	return fdt_setprop(tree, node, name, value, (int)size);
}

static bool says(const void *tree, int node, const char *name, const char *text)
{
	const char *value = fdt_getprop(tree, node, name, NULL);

	return value != NULL && strcmp(value, text) == 0;
}

/* The property as a number; 0 if it is absent. */
static uint64_t number(const void *tree, int node, const char *name)
{
	uint64_t value = 0;
	int size = 0;
	const uint8_t *at = fdt_getprop(tree, node, name, &size);

	while (size-- > 0) {
		value = value << 8 | *at++;
	}
	return value;
}

/* Adds what starts a CPU, the n-th of the tree. Adds nothing to the CPU that boots, for nobody
 * releases it. */
static int complete_cpu(void *tree, int node, const struct lethe_flash *flash, unsigned int n)
{
	const bool is_psci = flash->cpus == LETHE_FLASH_PSCI;
	const char *method = is_psci ? "psci" : "spin-table";
	const fdt64_t word =
		cpu_to_fdt64(flash->spin_page + LETHE_FLASH_SPIN_WORDS + n * LETHE_FLASH_SPIN_STEP);
	int bad = 0;

	if (fdt_getprop(tree, node, "enable-method", NULL) == NULL) {
		if (!is_psci && number(tree, node, "reg") == flash->boot_cpu) {
			return LETHE_OK;
		}
		bad = set(tree, node, "enable-method", method, is_psci ? 5 : 11);
	}
	if (bad == 0 && !says(tree, node, "enable-method", method)) {
		return LETHE_E_PLAN_CPUS;
	}
	if (!is_psci && fdt_getprop(tree, node, "cpu-release-addr", NULL) == NULL) {
		if (n >= LETHE_FLASH_SPIN_MAX) {
			return LETHE_E_TREE_CELLS;
		}
		bad |= set(tree, node, "cpu-release-addr", &word, sizeof(word));
	}
	return bad == 0 ? LETHE_OK : LETHE_E_TREE_NOSPACE;
}

/* The CPUs are those that Linux takes for such: of_get_next_cpu_node(). */
static int complete_cpus(void *tree, const struct lethe_flash *flash)
{
	const int cpus = fdt_path_offset(tree, "/cpus");
	int status = LETHE_OK;
	unsigned int n = 0;
	int node;

	/* The offset of a node outlives edits of the node. Without /cpus the loop sees the root,
	 * which is none. */
	for (node = fdt_first_subnode(tree, cpus); status == LETHE_OK && node >= 0;
	     node = fdt_next_subnode(tree, node)) {
		if (strncmp(fdt_get_name(tree, node, NULL), "cpu@", 4) == 0 ||
		    says(tree, node, "device_type", "cpu")) {
			status = complete_cpu(tree, node, flash, n++);
		}
	}
	return n == 0 ? LETHE_E_TREE_BROKEN : status;
}

/* A node for PSCI has to be there if, and only if, PSCI is. Before 0.2 it had other numbers: the
 * last name is refused. */
static int complete_psci(void *tree, bool is_psci)
{
	static const char names[3][sizeof("arm,psci-1.0")] = {"arm,psci-1.0", "arm,psci-0.2",
							      "arm,psci"};
	unsigned int i = 0;
	int node = -1;
	int bad;

	for (; node < 0 && i < 3; i++) {
		node = fdt_node_offset_by_compatible(tree, -1, names[i]);
	}
	if (node >= 0) {
		return is_psci && i < 3 && says(tree, node, "method", "smc") ? LETHE_OK
									     : LETHE_E_PLAN_CPUS;
	}
	if (!is_psci) {
		return LETHE_OK;
	}
	node = fdt_add_subnode(tree, 0, "psci");
	bad = set(tree, node, "compatible", names, 2 * sizeof(names[0]));
	bad |= set(tree, node, "method", "smc", sizeof("smc"));
	return bad == 0 ? LETHE_OK : LETHE_E_TREE_NOSPACE;
}

static int reserve_page(void *tree, uint64_t page)
{
	uint64_t base;
	uint64_t size;
	int i;

	for (i = 0; fdt_get_mem_rsv(tree, i, &base, &size) == 0 && size != 0; i++) {
		if (base <= page && page - base < size && size - (page - base) >= 0x1000) {
			return LETHE_OK;
		}
	}
	return fdt_add_mem_rsv(tree, page, 0x1000) == 0 ? LETHE_OK : LETHE_E_TREE_NOSPACE;
}

/* A node of memory that the kernel must not map. A new parent has the root's cells, as Linux asks
 * of it. */
static int reserve_scratch(void *tree, const struct lethe_flash *flash)
{
	static const char names[] = "#address-cells\0#size-cells";
	const uint64_t values[] = {flash->scratch, flash->scratch_size};
	char name[sizeof("lethe@") + 16];
	int parent = fdt_path_offset(tree, "/reserved-memory");
	const bool is_new = parent < 0;
	fdt32_t reg[4];
	unsigned int count = 0;
	unsigned int i;
	int bad = 0;
	int node;

	if (is_new) {
		parent = fdt_add_subnode(tree, 0, "reserved-memory");
		bad |= set(tree, parent, "ranges", NULL, 0);
	}
	for (i = 0; i < 2; i++) {
		const char *own = names + i * sizeof("#address-cells");
		const uint64_t cells = number(tree, is_new ? 0 : parent, own);
		const fdt32_t cell = cpu_to_fdt32((uint32_t)cells);

		if (is_new) {
			bad |= set(tree, parent, own, &cell, sizeof(cell));
		}
		if (cells == 2) {
			reg[count++] = cpu_to_fdt32((uint32_t)(values[i] >> 32));
		} else if (cells != 1 || values[i] >> 32 != 0) {
			return LETHE_E_TREE_CELLS;
		}
		reg[count++] = cpu_to_fdt32((uint32_t)values[i]);
	}
	snprintf(name, sizeof(name), "lethe@%" PRIx64, flash->scratch);
	node = fdt_add_subnode(tree, parent, name);
	if (node == -FDT_ERR_EXISTS) {
		return LETHE_OK;
	}
	bad |= set(tree, node, "reg", reg, count * sizeof(reg[0]));
	bad |= set(tree, node, "no-map", NULL, 0);
	return bad == 0 ? LETHE_OK : LETHE_E_TREE_NOSPACE;
}

static int complete_timer(void *tree, uint32_t frequency)
{
	const fdt32_t value = cpu_to_fdt32(frequency);
	const int node = fdt_path_offset(tree, "/timer");

	if (frequency == 0 || node < 0 ||
	    fdt_getprop(tree, node, "clock-frequency", NULL) != NULL ||
	    set(tree, node, "clock-frequency", &value, sizeof(value)) == 0) {
		return LETHE_OK;
	}
	return LETHE_E_TREE_NOSPACE;
}

int flash_complete(void *tree, const struct lethe_flash *flash)
{
	const bool is_psci = flash->cpus == LETHE_FLASH_PSCI;
	int status = complete_timer(tree, flash->frequency);

	if (status == LETHE_OK && flash->cpus != LETHE_FLASH_ONE) {
		status = complete_cpus(tree, flash);
		status = status != LETHE_OK ? status : complete_psci(tree, is_psci);
	}
	if (status == LETHE_OK && flash->cpus == LETHE_FLASH_SPIN_TABLE) {
		status = reserve_page(tree, flash->spin_page);
	}
	/* PSCI is there, and CPUs that nobody starts. */
	if (status == LETHE_OK && (flash->flags & LETHE_FLASH_SECURE) == 0) {
		status = reserve_scratch(tree, flash);
	}
	return status;
}
