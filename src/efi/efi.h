/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_EFI_DOOR_H
#define LETHE_EFI_DOOR_H

#include <stdbool.h>

#include <lethe/efi.h>

#include "context.h"
#include "efi/uefi.h"

/*
 * The state of the EFI door. It runs as firmware called it: one CPU, firmware's stack, identity
 * map, caches on. All that it allocates or installs is undone before it returns. The only instance
 * is in bss.
 */
struct lethe_efi {
	/* door/efi.c */
	efi_handle image; /* this program's */
	const struct efi_system_table *table;
	const struct efi_boot_services *boot;
	struct efi_loaded_image *loaded; /* this program's; null: it has none */
	const struct lethe_efi_head *head;
	bool is_secure;        /* Secure Boot is on, or cannot be asked for */
	const uint8_t *bundle; /* byte 0 */
	uint64_t file_size;
	struct lethe_context *ctx; /* plan, slot, digests, record */
};

/* loader.c: true unless Secure Boot is on and the plan lacks this flag, LETHE_PLAN_EFI_*. */
bool lethe_efi_allows(const struct lethe_efi *efi, uint32_t flag);

/* loader.c: says that something of the loader's is left out, and why: the bundle has its own, or no
 * signature covers it. */
void lethe_efi_say_unused(const char *what, bool is_packed);

/* output.c: where lethe_console_line() prints. Null: nowhere. */
void lethe_efi_console(struct efi_text_output *output);

/* bundle.c: the headers and the plan. */
int lethe_efi_bundle(struct lethe_efi *efi, struct lethe_where *where);

/*
 * slot.c: digests all segments of a slot where they lie. Their lines are printed.
 * Return: 0, LETHE_E_SEGMENT_SOURCE, LETHE_E_PLAN_UNSUPPORTED or LETHE_E_DIGEST
 */
int lethe_efi_slot(struct lethe_efi *efi, unsigned int index);

/* The bytes of one of the plan's segments, which lethe_efi_slot() has found inside the bundle. */
const uint8_t *lethe_efi_segment(const struct lethe_efi *efi, uint32_t index);

/* kernel.c: starts the kernel of the slot by its own EFI stub. Returns only if that returns, or
 * cannot be called. */
efi_status lethe_efi_start(struct lethe_efi *efi);

/* leave.c: leaves UEFI, and enters the bundle by its Image door. Returns only while UEFI is still
 * there. */
efi_status lethe_efi_leave(struct lethe_efi *efi);

/* loader.c: the system table's entry for a GUID; null if there is none. */
void *lethe_efi_table(const struct lethe_efi *efi, const struct efi_guid *guid);

#endif
