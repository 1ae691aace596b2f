/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_EFI_LEAVE_H
#define LETHE_EFI_LEAVE_H

#include "efi/kernel.h"

#define LETHE_EFI_BLOCK 0x200000ULL /* booting.rst: an Image lies at a multiple of 2 MiB */

/* What leave.c takes, and what the tree says of it. */
struct lethe_efi_leave {
	struct {
		uint64_t address, pages;
	} taken[4];
	unsigned int count;
	uint64_t entry; /* byte 0 of the copy */
	uint64_t tree, tree_size;
	struct lethe_fdt_facts facts; /* of the tree that is chosen */
	bool is_packed;
	const char *stale; /* what its copy leaves out */
	struct lethe_efi_options options; /* the loader's command line, if the bundle has none */
	uint64_t initrd, initrd_size;
	uint64_t map, map_room, map_size, map_key;
	uint64_t descriptor_size;
	uint32_t descriptor_version;
};

/*
 * leave_tree.c: the tree for the Image door, at leave->tree, and at most as long as that. Again
 * after each reading of the map. Return: 0, or LETHE_E_TREE_NOSPACE, which is printed
 */
int lethe_efi_leave_tree(const struct lethe_efi *efi, const struct lethe_efi_leave *leave);

#endif
