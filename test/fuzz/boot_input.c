/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes inputs for fuzz_boot_tree: a good bundle, a tree (boot_input_tree.c), and its tables. */

#include <string.h>

#include "boot_making.h"
#include "boot_world.h"
#include "firmware/efi_memory.h"
#include "fuzz.h"
#include "tree_input.h"

#define PAGE_MASK 0xfffULL

uint64_t pick_address(struct making *making)
{
	static const uint64_t parts[] = {0,           BOOT_PLAN,   BOOT_DTB,  BOOT_INITRD_AT,
					 BOOT_RAW_AT, BOOT_KERNEL, BOOT_TREE, 0x600000,
					 BOOT_EXTENT};
	static const uint64_t others[] = {0,
					  WORLD_BASE,
					  WORLD_BASE + WORLD_SIZE,
					  BOOT_LOADER_INITRD,
					  BOOT_LOADER_INITRD + 0x1000000,
					  0x9000000,
					  0xfffffffffffff000};
	static const uint64_t steps[] = {0, 0, 0, 0x1000, 0x10000, 0x200000, 8, 1};
	const struct boot_input *input = making->input;
	uint64_t step = steps[below(making, 8)];
	uint64_t base;

	switch (below(making, 8)) {
	case 0: base = input->tree_pa & ~PAGE_MASK; break;
	case 1: base = input->efi_pa & ~PAGE_MASK; break;
	case 2: base = others[below(making, 7)]; break;
	case 3: base = input->raw[below(making, BOOT_RAW)].base; break;
	case 4: base = input->window[below(making, BOOT_WINDOWS)].base; break;
	default: base = input->extent + parts[below(making, 9)]; break;
	}
	return one_in(making, 2) ? base + step : base - step;
}

uint64_t pick_size(struct making *making)
{
	static const uint64_t sizes[] = {0x1000,    0x1000,    0x2000, 0x10000, 0x200000, 0x800000,
					 0x4000000, 0x8000000, 1,      0x100,   0x800,    0};

	return one_in(making, 64) ? random_u64(making->random) : sizes[below(making, 12)];
}

struct boot_range pick_range(struct making *making)
{
	struct boot_range range = {WORLD_BASE + WORLD_SIZE - 0x1000000 + below(making, 64) * 0x1000,
				   0x1000};

	if (one_in(making, 3)) {
		range.base = pick_address(making);
		range.size = pick_size(making);
	}
	return range;
}

uint64_t at_page_end(uint64_t page, uint32_t size, uint64_t align)
{
	const uint64_t end = (page + size + PAGE_MASK) & ~PAGE_MASK;

	return (end - size) & ~(align - 1);
}

/* A UEFI map of conventional memory, with firmware's in the middle of some. */
static uint32_t make_efi(struct making *making, void *bytes)
{
	struct lethe_efi_descriptor map[8];
	uint64_t at = WORLD_BASE;
	unsigned int count = 1 + (unsigned int)below(making, 6);

	memset(map, 0, sizeof(map));
	for (unsigned int i = 0; i < count; i++) {
		uint64_t end = i + 1 == count ? WORLD_BASE + WORLD_SIZE : pick_address(making);

		end = end > at && end < WORLD_BASE + WORLD_SIZE ? end & ~PAGE_MASK : at;
		end = i + 1 == count ? WORLD_BASE + WORLD_SIZE : end;
		map[i].type = one_in(making, 16) ? (uint32_t)below(making, 15) : 7;
		map[i].physical = at;
		map[i].pages = (end - at) >> EFI_PAGE_SHIFT;
		map[i].attribute = one_in(making, 32) ? 0 : EFI_MEMORY_WB;
		at = end;
	}
	memcpy(bytes, map, count * sizeof(map[0]));
	if (one_in(making, 16)) {
		((uint8_t *)bytes)[below(making, count * sizeof(map[0]))] ^= 0x80;
	}
	return (uint32_t)(count * sizeof(map[0]));
}

static uint32_t make_kho(struct making *making, void *bytes)
{
	uint64_t pairs[8] = {WORLD_BASE, WORLD_SIZE / 2, WORLD_BASE + WORLD_SIZE / 2,
			     WORLD_SIZE / 2};
	const uint32_t count = 2 + (uint32_t)below(making, 3);

	for (uint32_t i = 2; i < count; i++) {
		pairs[i * 2] = pick_address(making);
		pairs[i * 2 + 1] = pick_size(making);
	}
	if (one_in(making, 4)) {
		pairs[1] = pick_address(making) - WORLD_BASE;
	}
	memcpy(bytes, pairs, sizeof(pairs));
	return count * 16;
}

static void make_bundle(struct making *making)
{
	static const uint64_t dests[] = {0x46000000, 0x45000000, 0x4e000000, 0x41fff000,
					 0x47ffe123, 0x42410000, 0x42610000, 0x42600000};
	struct boot_input *input = making->input;
	uint64_t at = WORLD_BASE;

	input->flags = (uint32_t)below(making, 128) | BOOT_LOADER | BOOT_CACHED;
	input->flags ^= one_in(making, 16) ? BOOT_LOADER : 0;
	input->flags ^= one_in(making, 8) ? BOOT_CACHED : 0;
	input->flags &= ~(one_in(making, 4) ? 0 : BOOT_TREE_FIXED | BOOT_FORCE_PACKED);
	input->flags |= one_in(making, 16) ? BOOT_FIXED_UART : 0;
	input->flags |= one_in(making, 16) ? BOOT_LIBRARY : 0;
	input->extent = 0x42000000 + below(making, 4) * 0x1000 * below(making, 3);
	input->buffer = 0x47000000;
	input->buffer_size = one_in(making, 16) ? below(making, 0x800) * 8 : 0x40000;
	input->raw_count = (uint32_t)below(making, BOOT_RAW + 1);
	input->reserve = (uint32_t)below(making, 8);
	for (unsigned int i = 0; i < BOOT_RAW; i++) {
		input->raw[i].base = dests[below(making, 8)] + i * 0x100000;
		input->raw[i].size = 1 + below(making, 0x4000);
		if (one_in(making, 16)) {
			input->raw[i].base = pick_address(making);
		}
	}
	input->window_count = one_in(making, 2) ? (uint32_t)below(making, BOOT_WINDOWS + 1) : 0;
	for (unsigned int i = 0; i < BOOT_WINDOWS; i++) {
		input->window[i].base = at + (one_in(making, 8) ? 0x1000 : 0);
		at += 0x4000000 + below(making, 3) * 0x1000000;
		input->window[i].size = at - input->window[i].base;
	}
	input->tree_pa = 0x48000000;
	input->efi_pa = 0x4a000000;
	input->kho_pa = 0x4a010000;
}

size_t fuzz_make(struct test_random *random, uint8_t *data, size_t limit)
{
	static uint8_t tree[FLAT_SIZE_MAX + 16] __attribute__((aligned(8)));
	struct boot_input input = {0};
	struct making making = {random, &input, tree, 0};
	uint8_t *at = data + sizeof(input);

	must(limit >= sizeof(input) + 2 * BOOT_TABLE_MAX + FLAT_SIZE_MAX);
	make_bundle(&making);
	input.efi_size = one_in(&making, 3) ? make_efi(&making, at) : 0;
	at += input.efi_size;
	input.kho_size = one_in(&making, 6) ? make_kho(&making, at) : 0;
	at += input.kho_size;
	input.efi_pa = at_page_end(input.efi_pa, input.efi_size, 8);
	input.kho_pa = at_page_end(input.kho_pa, input.kho_size, 8);
	input.tree_size = boot_make_tree(&making);
	input.tree_pa = at_page_end(input.tree_pa, input.tree_size, 4);
	memcpy(at, tree, input.tree_size);
	memcpy(data, &input, sizeof(input));
	return (size_t)(at - data) + input.tree_size;
}
