/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The EFI door's first bytes: struct lethe_efi_head, and the entry that the bundle's PE header names.
 *
 * Why assembly: the head is data that `lethe pack` fills in, and it must lie 64 bytes before the entry. Byte 0 of the bundle is
 * found from here: LoadedImage is wrong where a loader has jumped by itself (GRUB 2.06 of Debian under Secure Boot).
 */
#include "cpu/asm.h"

	.section .head, "ax", %progbits
	.global	lethe_efi_head
lethe_efi_head:
	.quad	0x494645454854454c		// LETHE_EFI_MAGIC
	.long	1				// LETHE_EFI_VERSION
	.long	lethe_efi_data - lethe_efi_head
	.long	lethe_efi_sbat - lethe_efi_head
	.long	lethe_efi_end - lethe_efi_head
	.quad	0				// offset, from pack
	.quad	0, 0, 0, 0			// digest, from pack

/*
 * efi_status lethe_efi_entry(efi_handle image, struct efi_system_table *table);
 *
 * In        x0 = handle    x1 = system table: UEFI Specification 2.10, 4.1
 * Out       x0 = status, to the firmware
 * Clobbers  as a call by AAPCS64
 * State     UEFI 2.3.6: EL1 or EL2, identity map, caches on, interrupts on
 * Stack     none here; the door's C takes less than 8 of UEFI's 128 KiB
 */
FUNC lethe_efi_entry
	adr_l	x2, lethe_efi_head
	b	lethe_efi_main
END lethe_efi_entry
