/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_EFI_H
#define LETHE_EFI_H

/*
 * The EFI door of a bundle: a program for UEFI behind the bundle's last segment, which a PE header
 * in the first page names (docs/spec/bundle.md, "The EFI door"). Little-endian.
 */

#include <stdint.h>

#define LETHE_EFI_MAGIC   0x494645454854454cULL /* "LETHEEFI" in memory */
#define LETHE_EFI_VERSION 1U
#define LETHE_EFI_ENTRY   64U     /* offset of the first instruction from the head */
#define LETHE_EFI_PE_AT   0x100U  /* offset of the PE header in the bundle */

/*
 * The door's first bytes. Three parts follow each other, each at a multiple of 4 KiB: text and
 * constants with this head, data, what is zero in it too, and the SBAT text. pack fills in offset
 * and digest.
 */
struct lethe_efi_head {
	uint64_t magic;
	uint32_t version;
	uint32_t data;      /* where the second part begins, from this head: bytes */
	uint32_t sbat;      /* where the third begins */
	uint32_t size;      /* of all three */
	uint64_t offset;    /* of this head from byte 0 of the bundle */
	uint8_t digest[32]; /* SHA-256 of all three with this field as zero */
};

#endif
