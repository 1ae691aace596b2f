/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Image door: byte 0 of the blob. The arm64 Image header, the Lethe header, and the entry point.
 *
 * Why assembly: the header is data and code at once, and the CPU enters in an unknown state.
 */
#include "cpu/asm.h"
#include "entry.h"

	/* First in the header page: linker.ld sorts by name. */
	.section .head.0_image, "ax", %progbits
.Lhead:	movz	x13, #0x2d2			// encodes as 0xd2805a4d: "MZ" in its low half, harmless
	b	lethe_image_entry
	.quad	0				// text_offset
	.quad	lethe_blob_end - .Lhead		// image_size, in a bundle from pack
	.quad	1 << 3				// flags: anywhere in RAM, page size unspecified
	.quad	0, 0, 0
	.long	0x644d5241			// "ARM\x64"
	.long	0				// no PE header yet

	.quad	0x424c42454854454c		// struct lethe_blob_header: "LETHEBLB"
	.long	1				// version
	.long	0
	.quad	lethe_blob_end - .Lhead
	.quad	0				// plan_offset, from pack
	.quad	0				// file_size, from pack
	.quad	0, 0, 0, 0			// digest, from pack

/*
 * void lethe_image_entry(uint64_t tree);
 *
 * By booting.rst: MMU off, the bytes of the loaded file clean to the PoC.
 *
 * In        x0 = device tree or 0    x1-x3 = 0, by booting.rst; or lethe/flash.h, LETHE_FLASH_NEXT_MAGIC
 * Out       does not return: lethe_entry_common, and from there lethe_image_main
 * Clobbers  everything
 * State     EL1, EL2 or EL3; MMU off
 * Stack     none
 */
FUNC lethe_image_entry
	msr	daifset, #15			// mask all exceptions until Lethe has vectors
	mov	x19, x0
	mov	x25, x1				// what a flash file's front end says
	mov	x26, x2
	mov	x27, x3
	adr_l	x24, lethe_image_arguments
	b	lethe_entry_common
END lethe_image_entry

/*
 * void lethe_image_arguments(uint64_t base, uint64_t tree, uint64_t el, uint64_t e2h);
 *
 * The Image door has more arguments than the others.
 *
 * In        as LETHE_DOOR_MAIN; x25-x27 = x1-x3 of the entry
 * Out       does not return: lethe_image_main
 * Clobbers  x4-x6
 * State     as lethe_entry_common's end
 * Stack     none
 */
FUNC lethe_image_arguments
	mov	x4, x25
	mov	x5, x26
	mov	x6, x27
	b	lethe_image_main
END lethe_image_arguments
