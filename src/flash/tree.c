/* SPDX-License-Identifier: BSD-2-Clause */
/* The device tree: out of the file, or from where an address says, to where the bundle gets it. */
#include <string.h>

#include <lethe/cache.h>
#include <libfdt.h>

#include "fdt/fdt_get.h"
#include "flash/complete.h"
#include "flash/flash.h"

static const void *source(void)
{
	const struct lethe_flash *flash = lethe_flash_parameters();

	return (const void *)(flash->tree_offset != 0 ? lethe_flash_boot.file + flash->tree_offset
						      : flash->tree_address);
}

static void fail(const char *what) __attribute__((noreturn));
static void fail(const char *what)
{
	lethe_flash_fail(what, (uint64_t)source(), lethe_flash_parameters());
}

uint64_t lethe_flash_tree_size(void)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	uint64_t size;

	if (flash->tree_offset != 0) {
		return flash->tree_size;
	}
	if (fdt_magic(source()) != FDT_MAGIC) {
		fail("no device tree at ");
	}
	size = fdt_totalsize(source());
	if (size > flash->tree_room) {
		fail("no room for the device tree at ");
	}
	return size;
}

/* The tree of the file is complete: lethe flash made it so. */
static void take(void *tree)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	const char *from = source();

	if (~lethe_flash_crc(UINT32_MAX, from, from + flash->tree_size) != flash->tree_crc) {
		fail("the device tree is damaged, at ");
	}
	memcpy(tree, from, flash->tree_size);
}

static void take_and_complete(void *tree)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	struct lethe_fdt_layout layout;
	struct lethe_where where;

	if (lethe_fdt_check(source(), &layout, &where) != 0 ||
	    fdt_open_into(source(), tree, (int)flash->tree_room) != 0) {
		fail("the device tree is broken, at ");
	}
	if (lethe_flash_boot.el == 3 && lethe_flash_complete(tree, flash) != 0) {
		fail("the device tree cannot be completed, at ");
	}
	fdt_pack(tree);
}

void lethe_flash_tree(void)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	void *tree = (void *)flash->tree;
	const uint64_t end = flash->tree + flash->tree_room;

	lethe_flash_tree_size();
	if (!lethe_flash_boot.is_cached) {
		lethe_dcache_clean_inval_poc(flash->tree, end); /* as in slot.c */
	}
	if (flash->tree_offset != 0) {
		take(tree);
	} else {
		take_and_complete(tree);
	}
	if (lethe_flash_boot.is_cached) {
		lethe_dcache_clean_inval_poc(flash->tree, end); /* to memory */
	}
}
