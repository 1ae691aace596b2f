/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_EFI_H
#define LETHE_TOOL_EFI_H

/* The EFI door of a bundle: the PE header in its first page, and the program behind its last
 * segment (lethe/efi.h). */

#include <stdbool.h>
#include <stdint.h>

#include <lethe/efi.h>

#include "efi/pe.h"

#define EFI_SECTIONS 4U /* .lethe, .text, .data, .sbat */

/* What pack writes at LETHE_EFI_PE_AT. */
struct efi_header {
	struct pe_header pe;
	struct pe_section section[EFI_SECTIONS];
};

/* The program in this command, as efi_place() has not seen it yet. *size: bytes. */
const uint8_t *efi_program(uint64_t *size);

/* Copies the program to *to, which has room for it, for a bundle that has it at offset, a multiple
 * of 4 KiB: head and digest. */
void efi_place(uint8_t *to, uint64_t offset);

/* The digest that the head of a program has to have. size: bytes, of which the head is the first.
 */
void efi_digest(const uint8_t *program, uint64_t size, uint8_t digest[32]);

/* The PE header for a program with this head: CheckSum and the certificate table's entry are 0, for
 * whoever signs. */
void efi_fill_header(struct efi_header *header, const struct lethe_efi_head *head);

/* Zeroes what a signature changes in a bundle's first page: CheckSum, and the certificate table's
 * entry. */
void efi_unsign(uint8_t *page);

/* PE's CheckSum of a file, whose own field counts as 0. */
uint32_t efi_checksum(const uint8_t *bytes, uint64_t size);

#endif
