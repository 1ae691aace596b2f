/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FDT_STALE_H
#define LETHE_FDT_STALE_H

/* Properties of /chosen, as lists of struct lethe_fdt_copy. */

#define BOOTARGS "bootargs\0"
#define INITRD   "linux,initrd-start\0linux,initrd-end\0"
#define SEEDS    "kaslr-seed\0rng-seed\0"
#define UEFI     "linux,uefi-\0"

/*
 * What one boot leaves in /chosen for the next kernel only. In a packed tree all of it is another
 * boot's. docs/spec/bundle.md says who writes each in Linux.
 */
#define ONE_BOOT                                                                                   \
	"linux,elfcorehdr\0linux,usable-memory-range\0linux,dmcryptkeys\0"                         \
	"linux,booted-from-kexec\0linux,ima-kexec-buffer\0linux,tpm-kexec-buffer\0"                \
	UEFI "linux,kho-\0"

#endif
