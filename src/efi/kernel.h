/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_EFI_KERNEL_H
#define LETHE_EFI_KERNEL_H

#include "efi/efi.h"
#include "efi/pe.h"
#include "fdt/fdt_copy.h"

/* What the kernel is given, one file each. offer(): EFI_SUCCESS, or nothing is left behind.
 * withdraw(): also if nothing was offered. */

/* options.c: the command line. */
struct lethe_efi_options {
	void *text; /* UCS-2 with its zero, or null */
	uint32_t size;
	bool is_own;
};
/* The loader's, if it may be used and the bundle has none; else nothing. Says what is left out. */
void lethe_efi_options_loaders(const struct lethe_efi *efi, struct lethe_efi_options *options);
efi_status lethe_efi_options_offer(const struct lethe_efi *efi, struct lethe_efi_options *options);
void lethe_efi_options_withdraw(const struct lethe_efi *efi, struct lethe_efi_options *options);

/* initrd.c: the initrd, by LoadFile2. */
struct lethe_efi_initrd {
	struct efi_load_file2 protocol; /* first */
	const uint8_t *bytes;
	uint64_t size;
	efi_handle handle;             /* that has the protocol; null: nobody */
	bool is_loaders;               /* the handle is */
	struct efi_load_file2 *theirs; /* what was there before */
};
efi_status lethe_efi_initrd_offer(const struct lethe_efi *efi, struct lethe_efi_initrd *initrd);
void lethe_efi_initrd_withdraw(const struct lethe_efi *efi, struct lethe_efi_initrd *initrd);

/* The loader's initrd by LoadFile2: BUFFER_TOO_SMALL and its size for a null buffer; NOT_FOUND. */
efi_status lethe_efi_initrd_read(const struct lethe_efi *efi, void *buffer, uint64_t *size);

/* tree.c: the device tree with the record, as a configuration table. */
struct lethe_efi_tree {
	void *tree;   /* open, in pool memory; null: none */
	void *before; /* the table that was there */
	bool is_installed;
};
efi_status lethe_efi_tree_offer(struct lethe_efi *efi, struct lethe_efi_tree *tree);
void lethe_efi_tree_withdraw(const struct lethe_efi *efi, struct lethe_efi_tree *tree);

/*
 * tree.c: chooses the slot's tree and reads it: the packed one, the firmware's or loader's, or one
 * that says nothing. *is_packed: it is the bundle's. Return: 0, LETHE_E_TREE_*, with where.
 */
int lethe_efi_tree_choose(struct lethe_efi *efi, struct lethe_fdt_facts *facts, bool *is_packed,
			  struct lethe_where *where);

/* tree.c: checks a tree, and reads as much as a copy and the record need to know. */
int lethe_efi_tree_read(const void *dtb, struct lethe_fdt_facts *facts, struct lethe_where *where);

/*
 * tree.c: what a copy of the chosen tree leaves out of /chosen, a list of struct lethe_fdt_copy;
 * says it if that is an initrd. has_options, has_initrd: the copy gets such a property from
 * elsewhere.
 */
const char *lethe_efi_tree_stale(const struct lethe_efi *efi, const struct lethe_fdt_facts *facts,
				 bool is_packed, bool has_options, bool has_initrd);

/* tree.c: begins a copy, with the tree's reservations. */
void lethe_efi_tree_begin(struct lethe_fdt_copy *copy, const struct lethe_fdt_facts *facts,
			  void *buffer, uint32_t size);

/* pe.c: the kernel's PE header, if all that the door uses of it is sound; else null. */
const struct pe_header *lethe_efi_pe(const uint8_t *bytes, uint64_t size);

/* pe_load.c: an image loaded by the door itself. */
struct lethe_efi_pe_image {
	uint64_t pages, count; /* allocated */
	uint64_t base;
};
efi_status lethe_efi_pe_load(const struct lethe_efi *efi, const uint8_t *bytes, uint64_t size,
			     struct lethe_efi_pe_image *image);
void lethe_efi_pe_unload(const struct lethe_efi *efi, struct lethe_efi_pe_image *image);

#endif
