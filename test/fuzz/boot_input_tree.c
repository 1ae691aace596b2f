/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes a tree for fuzz_boot_tree: a seed with claims about memory added, most of them harmless.
 * Half of the trees are then damaged.
 */

#define _GNU_SOURCE /* memmem() */
#include <stdio.h>
#include <string.h>

#include <libfdt.h>

#include "boot_making.h"
#include "boot_world.h"

#define PAGE_MASK 0xfffULL
#define OLD_TREE  0x0123456789abcdefULL /* the loader's own reservation, until the size is known */

static void put_number(fdt32_t **cell, int cells, uint64_t value)
{
	for (; cells > 2; cells--) {
		*(*cell)++ = 0;
	}
	if (cells == 2) {
		*(*cell)++ = cpu_to_fdt32((uint32_t)(value >> 32));
	}
	*(*cell)++ = cpu_to_fdt32((uint32_t)value);
}

/* A property of (address, size) pairs with the parent's cells; at times a cell too long or short.
 */
static void put_ranges(struct making *making, int parent, int node, const char *name,
		       const struct boot_range *ranges, unsigned int count)
{
	const int wide = fdt_address_cells(making->tree, parent);
	const int tall = fdt_size_cells(making->tree, parent);
	fdt32_t cells[64];
	fdt32_t *cell = cells;
	int size;

	for (unsigned int i = 0; i < count && wide > 0 && tall > 0; i++) {
		put_number(&cell, wide, ranges[i].base);
		put_number(&cell, tall, ranges[i].size);
	}
	size = (int)((char *)cell - (char *)cells);
	if (one_in(making, 64)) {
		size = (int)below(making, (uint64_t)size + 8);
	}
	fdt_setprop(making->tree, node, name, cells, size);
}

static void put_u64(struct making *making, const char *name, uint64_t value)
{
	fdt64_t number = cpu_to_fdt64(value);

	if (one_in(making, 64)) {
		fdt_setprop(making->tree, making->chosen, name, &number, (int)below(making, 9));
	} else {
		fdt_setprop_u64(making->tree, making->chosen, name, value);
	}
}

static void put_u32(struct making *making, const char *name, uint32_t value)
{
	fdt_setprop_u32(making->tree, making->chosen, name, value);
}

static int chosen_of(void *tree)
{
	const int node = fdt_subnode_offset(tree, 0, "chosen");

	return node >= 0 ? node : fdt_add_subnode(tree, 0, "chosen");
}

static void put_usable(struct making *making)
{
	struct boot_range ranges[3] = {{WORLD_BASE, WORLD_SIZE / 2},
				       {WORLD_BASE + WORLD_SIZE / 2, WORLD_SIZE / 2},
				       {0, 0x1000}};
	const uint64_t cut = making->input->extent + below(making, 9) * 0x100000;

	if (one_in(making, 2)) {
		ranges[0].size = cut - WORLD_BASE;
		ranges[1].base = cut + (one_in(making, 4) ? 0x1000 : 0);
		ranges[1].size = WORLD_BASE + WORLD_SIZE - cut;
	}
	if (one_in(making, 8)) {
		ranges[below(making, 3)] = pick_range(making);
	}
	put_ranges(making, 0, making->chosen, "linux,usable-memory-range", ranges,
		   2 + one_in(making, 4) - one_in(making, 8));
}

static void put_claims(struct making *making)
{
	const struct boot_input *input = making->input;
	struct boot_range range;

	making->chosen = chosen_of(making->tree);
	for (unsigned int i = 0; i < 2 && one_in(making, 2); i++) {
		put_u64(making, "linux,initrd-start", BOOT_LOADER_INITRD);
		put_u64(making, "linux,initrd-end", BOOT_LOADER_INITRD + 0x1000000);
		if (one_in(making, 4)) {
			put_u64(making,
				one_in(making, 2) ? "linux,initrd-start" : "linux,initrd-end",
				pick_address(making));
		}
	}
	if (one_in(making, 3)) {
		put_usable(making);
	}
	if (one_in(making, 4)) {
		range = pick_range(making);
		put_ranges(making, 0, making->chosen, "linux,elfcorehdr", &range, 1);
	}
	if (input->efi_size != 0) {
		put_u64(making, "linux,uefi-mmap-start",
			one_in(making, 32) ? pick_address(making) : input->efi_pa);
		put_u32(making, "linux,uefi-mmap-size",
			input->efi_size + (one_in(making, 32) ? (uint32_t)pick_size(making) : 0));
		put_u32(making, "linux,uefi-mmap-desc-size",
			one_in(making, 32) ? (uint32_t)below(making, 64) : 48);
		put_u32(making, "linux,uefi-mmap-desc-ver", 1);
	}
	if (input->kho_size != 0) {
		range.base = one_in(making, 32) ? pick_address(making) : input->kho_pa;
		range.size = input->kho_size + (one_in(making, 32) ? pick_size(making) : 0);
		put_ranges(making, 0, making->chosen, "linux,kho-scratch", &range, 1);
	}
}

/* The last boot's record names some of the entries that /memreserve/ has. */
static void put_record(struct making *making)
{
	fdt64_t own[16];
	uint64_t base;
	uint64_t size;
	int count = 0;
	int node;
	int i;

	for (i = 0; i < fdt_num_mem_rsv(making->tree) && count < 16; i++) {
		if (one_in(making, 2) && fdt_get_mem_rsv(making->tree, i, &base, &size) == 0) {
			own[count++] = cpu_to_fdt64(base);
			own[count++] = cpu_to_fdt64(size);
		}
	}
	node = fdt_subnode_offset(making->tree, chosen_of(making->tree), "lethe");
	if (node < 0) {
		node = fdt_add_subnode(making->tree, chosen_of(making->tree), "lethe");
	}
	if (node >= 0) {
		fdt_setprop(making->tree, node, "reserved", own, count * 8);
	}
}

static void put_memreserve(struct making *making)
{
	struct boot_range range;

	for (uint64_t i = below(making, 4); i > 0; i--) {
		range = pick_range(making);
		if (one_in(making, 6)) {
			range.base = OLD_TREE;
			range.size = OLD_TREE;
		} else if (one_in(making, 6)) {
			range.base = BOOT_LOADER_INITRD;
			range.size = 0x1000000;
		} else if (one_in(making, 32)) {
			range.base = -0x1000ULL; /* wraps */
			range.size = pick_address(making) + 0x1000;
		}
		fdt_add_mem_rsv(making->tree, range.base, range.size);
	}
	if (one_in(making, 2)) {
		put_record(making);
	}
}

static void put_reserved_node(struct making *making, int parent, unsigned int index)
{
	struct boot_range ranges[2] = {pick_range(making), pick_range(making)};
	char name[16];
	int node;

	snprintf(name, sizeof(name), "keep@%u", index);
	node = fdt_add_subnode(making->tree, parent, name);
	if (node < 0) {
		return;
	}
	put_ranges(making, parent, node, "reg", ranges, 1 + one_in(making, 2));
	if (one_in(making, 2)) {
		fdt_setprop(making->tree, node, "no-map", NULL, 0);
	}
	if (one_in(making, 8)) {
		const char *status = one_in(making, 2) ? "okay" : "disabled";

		fdt_setprop_string(making->tree, node, "status", status);
	}
	/* Much of everything: what is quadratic shows. */
	for (uint64_t i = one_in(making, 512) ? below(making, 2048) : 0; i > 0; i--) {
		fdt_appendprop(making->tree, node, "reg", ranges, 16);
		snprintf(name, sizeof(name), "p%u", (unsigned int)i % 512);
		fdt_setprop(making->tree, node, name, NULL, 0);
	}
}

static void put_reserved(struct making *making)
{
	int parent = fdt_subnode_offset(making->tree, 0, "reserved-memory");

	if (parent < 0) {
		parent = fdt_add_subnode(making->tree, 0, "reserved-memory");
		if (parent < 0) {
			return;
		}
		fdt_setprop_u32(making->tree, parent, "#address-cells",
				1 + (uint32_t)below(making, 2));
		fdt_setprop_u32(making->tree, parent, "#size-cells",
				1 + (uint32_t)below(making, 2));
	}
	for (unsigned int i = (unsigned int)below(making, 4); i > 0; i--) {
		put_reserved_node(making, parent, i);
	}
}

/* RAM in one piece, in two that touch, or with a hole. */
static void put_memory(struct making *making)
{
	struct boot_range ranges[2] = {{WORLD_BASE, WORLD_SIZE}, {0x100000000, 0x1000000}};
	int node = fdt_subnode_offset(making->tree, 0, "memory");

	if (node >= 0) {
		fdt_del_node(making->tree, node);
	}
	if (one_in(making, 8)) {
		return;
	}
	if (one_in(making, 2)) {
		const uint64_t cut = pick_address(making);

		if (cut - WORLD_BASE < WORLD_SIZE) {
			ranges[0].size = cut - WORLD_BASE;
			ranges[1].base = cut + (one_in(making, 8) ? 0x1000 : 0);
			ranges[1].size = WORLD_BASE + WORLD_SIZE - cut;
		}
	}
	node = fdt_add_subnode(making->tree, 0, "memory@40000000");
	if (node >= 0) {
		put_ranges(making, 0, node, one_in(making, 16) ? "linux,usable-memory" : "reg",
			   ranges, 2);
		fdt_setprop_string(making->tree, node, "device_type", "memory");
	}
}

/* A UART, where a device or RAM may be. */
static void put_console(struct making *making)
{
	struct boot_range range = {0x9000000, 0x1000};
	int node = fdt_add_subnode(making->tree, 0, "uart@9000000");

	if (one_in(making, 4)) {
		range.base = pick_address(making) & ~7ULL;
	} else if (one_in(making, 32)) {
		range.base = -8 * below(making, 1024); /* the registers may wrap */
		range.size = 4;
	}

	if (node >= 0) {
		put_ranges(making, 0, node, "reg", &range, 1);
		fdt_setprop_string(making->tree, node, "compatible", "arm,pl011");
		fdt_setprop_string(making->tree, chosen_of(making->tree), "stdout-path",
				   "/uart@9000000");
	}
}

/* A second property of the same name: Linux and libfdt take the first. */
static void double_property(struct making *making)
{
	static const char *const names[] = {"linux,usable-memory-rangX", "linux,initrd-enX",
					    "linux,elfcorehdX", "linux,kho-scratcX"};
	const uint64_t which = below(making, 4);
	const struct boot_range range = pick_range(making);
	char *at;

	put_ranges(making, 0, chosen_of(making->tree), names[which], &range, 1);
	at = memmem(making->tree, FLAT_SIZE_MAX, names[which], strlen(names[which]) + 1);
	if (at != NULL) {
		at[strlen(at) - 1] = "edrh"[which];
	}
}

/* The size is known: a loader's reservation of its tree, exact or in pages. */
static void reserve_old_tree(struct making *making, uint32_t size)
{
	fdt64_t *entry = (void *)((char *)making->tree + fdt_off_mem_rsvmap(making->tree));
	const uint64_t mask = one_in(making, 2) ? PAGE_MASK : 0;
	const uint64_t start = at_page_end(making->input->tree_pa, size, 4) & ~mask;
	const uint64_t end = (at_page_end(making->input->tree_pa, size, 4) + size + mask) & ~mask;

	for (; entry[1] != 0; entry += 2) {
		if (fdt64_to_cpu(entry[0]) == OLD_TREE) {
			entry[0] = cpu_to_fdt64(start);
			entry[1] = cpu_to_fdt64(end - start);
		}
	}
}

static void damage(struct making *making, uint32_t size)
{
	uint8_t *tree = making->tree;
	const uint32_t structure = fdt_off_dt_struct(tree);

	for (uint64_t i = below(making, 4); i > 0; i--) {
		const uint32_t at = one_in(making, 8)
					    ? (uint32_t)below(making, size)
					    : structure + (uint32_t)below(making, size - structure);
		const uint32_t word = at & ~3U;

		switch (below(making, 5)) {
		case 0: tree[at] ^= (uint8_t)(1U << below(making, 8)); break;
		case 1: tree[at] = (uint8_t)random_u64(making->random); break;
		case 2: tree[at] = (uint8_t)(tree[at] + below(making, 9) - 4); break;
		case 3: memset(tree + word, 0, word + 4 <= size ? 4 : 0); break;
		default: memset(tree + word, 0xff, word + 4 <= size ? 4 : 0); break;
		}
	}
}

/* What the seed says of another machine's loader. */
static void forget_loader(void *tree)
{
	static const char *const names[] = {"linux,initrd-start", "linux,initrd-end",
					    "linux,usable-memory-range", "linux,uefi-mmap-start"};

	for (unsigned int i = 0; i < 4; i++) {
		fdt_delprop(tree, chosen_of(tree), names[i]);
	}
	while (fdt_num_mem_rsv(tree) > 0) {
		fdt_del_mem_rsv(tree, 0);
	}
}

uint32_t boot_make_tree(struct making *making)
{
	uint32_t size;

	boot_seed(one_in(making, 32) ? below(making, 64) : 0, making->tree);
	forget_loader(making->tree);
	put_memory(making);
	put_reserved(making);
	put_claims(making);
	put_memreserve(making);
	if (one_in(making, 2)) {
		put_console(making);
	}
	if (one_in(making, 32)) {
		double_property(making);
	}
	fdt_pack(making->tree);
	size = fdt_totalsize(making->tree);
	reserve_old_tree(making, size);
	if (one_in(making, 2)) {
		damage(making, size);
	}
	return size;
}
