/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Byte 0 of the blob: the arm64 Image header, the Lethe header, and where the library door begins.
 *
 * Why assembly: it is data that executes.
 */
#include "entry.h"

	.section .head, "ax", %progbits
	.global	lethe_image_start
	.hidden	lethe_image_start
lethe_image_start:
	movz	x13, #0x2d2			// encodes as 0xd2805a4d: "MZ" in its low half, harmless
	b	lethe_entry
	.quad	0				// text_offset
	.quad	lethe_blob_end - lethe_image_start	// image_size; pack writes the bundle's
	.quad	1 << 3				// flags: anywhere in RAM, page size unspecified
	.quad	0, 0, 0
	.long	0x644d5241			// "ARM\x64"
	.long	0				// no PE header yet

	.quad	0x424c42454854454c		// struct lethe_blob_header: "LETHEBLB"
	.long	1				// version
	.long	0
	.quad	lethe_blob_end - lethe_image_start
	.quad	0				// plan_offset; pack fills it in
	.quad	0				// file_size; pack fills it in
	.quad	0, 0, 0, 0			// digest; pack fills it in

	.org	lethe_image_start + LETHE_LIBRARY_ENTRY
	hint	#38				// BTI JC: the caller may have mapped this as guarded
	b	lethe_library_entry
