/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_EFI_VIEW_H
#define LETHE_TOOL_EFI_VIEW_H

/* The EFI door of a bundle as found in a file. */

#include <stdbool.h>
#include <stdint.h>

#include <lethe/efi.h>

struct efi_view {
	bool is_there;              /* the Image header names a PE header */
	struct lethe_efi_head head; /* all zero if it was not found inside the file */
	bool same;                  /* the program is the one in this command */
	uint64_t certificates;      /* bytes of the certificate table; 0: not signed */
	uint64_t certificates_at;
};

/*
 * Looks for the door. file_size: of the bundle, by its header. Returns null, or why header, program
 * or certificate table cannot be believed: a sentence's end.
 */
const char *efi_view_open(struct efi_view *efi, const uint8_t *bytes, uint64_t size,
			  uint64_t file_size, uint32_t pe_offset);

/* True if the program's digest matches, and CheckSum is 0 or right. Reads the whole file. */
bool efi_view_is_sound(const struct efi_view *efi, const uint8_t *bytes, uint64_t size);

#endif
