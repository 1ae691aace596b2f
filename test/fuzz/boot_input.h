/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_BOOT_INPUT_H
#define TEST_BOOT_INPUT_H

/* An input of fuzz_boot_tree: choices for a bundle, and what a loader left in memory. */

#include <stdint.h>

#include "flat_tree.h"

#define BOOT_LOADER       (1U << 0) /* the loader hands a tree over */
#define BOOT_PACKED       (1U << 1) /* the bundle has a tree (the same bytes) */
#define BOOT_FORCE_PACKED (1U << 2)
#define BOOT_INITRD       (1U << 3) /* the bundle has an initrd */
#define BOOT_CACHED       (1U << 4)
#define BOOT_TREE_FIXED   (1U << 5) /* the tree buffer has an address of its own */
#define BOOT_AUTO         (1U << 6) /* the console is the command line's, else the tree's */
#define BOOT_FIXED_UART   (1U << 7) /* the plan names a UART */
#define BOOT_LIBRARY      (1U << 8) /* the library door: a workspace, no extent */

#define BOOT_RAW     3
#define BOOT_WINDOWS 3

/* Offsets into the extent. */
#define BOOT_PLAN      0x10000ULL
#define BOOT_DTB       0x20000ULL
#define BOOT_INITRD_AT 0x100000ULL
#define BOOT_RAW_AT    0x180000ULL
#define BOOT_KERNEL    0x200000ULL
#define BOOT_TREE      0x400000ULL
#define BOOT_EXTENT    0x800000ULL

/* Where a loader leaves its initrd, and a UART of base_soc()'s. */
#define BOOT_LOADER_INITRD 0x4c000000ULL
#define BOOT_TABLE_MAX     4096U

struct boot_range {
	uint64_t base;
	uint64_t size;
};

struct boot_input {
	uint32_t flags;
	uint32_t raw_count;
	uint32_t window_count;
	uint32_t reserve; /* bits: raw segments that the payload must not use */
	uint64_t extent;
	uint64_t tree_pa;
	uint64_t efi_pa;
	uint64_t kho_pa;
	uint64_t buffer; /* of the tree, with BOOT_TREE_FIXED */
	uint64_t buffer_size;
	struct boot_range raw[BOOT_RAW]; /* destinations */
	struct boot_range window[BOOT_WINDOWS];
	uint32_t efi_size; /* bytes behind this header: the map, KHO's array, the tree */
	uint32_t kho_size;
	uint32_t tree_size;
	uint32_t pad;
};

#endif
