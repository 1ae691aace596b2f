/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * purgatory.ro, byte by byte: the linked program as a relocatable object for kexec-tools.
 *
 * Why by hand: assembler and linker place a page-aligned section at a page of the file, and Debian's
 * kexec has no space for such padding. Only memory needs the alignment: kexec-tools copies from any
 * offset. AT_name is the address of the linked program's symbol. Formats: System V ABI, "Object Files";
 * ELF for the Arm 64-bit Architecture.
 */
	.include "layout.inc"
#define TEXT	1
#define RODATA	2
#define BSS	3

	.macro	section name, type, flags, offset, size, link=0, info=0, align=8, entry=0
	.word	\name, \type
	.quad	\flags, 0, \offset, \size
	.word	\link, \info
	.quad	\align, \entry
	.endm

	.macro	symbol name, info, section, value, size
	.word	\name
	.byte	\info, 0
	.hword	\section
	.quad	\value, \size
	.endm

	.text
start:	.byte	0x7f, 'E', 'L', 'F', 2, 1, 1, 0		// 64 bits, little-endian
	.quad	0
	.hword	1, 183					// ET_REL, EM_AARCH64
	.word	1
	.quad	0, 0, sections - start
	.word	0
	.hword	64, 0, 0, 64, 7, 6			// 7 sections, the last holds the names

text:	.incbin	PURGATORY_BIN, 0, AT_lethe_text_end
	.balign	8
rodata:	.incbin	PURGATORY_BIN, AT_lethe_rodata_start, AT_lethe_rodata_end - AT_lethe_rodata_start
	.balign	8

rela:	.quad	AT_lethe_purgatory_link - AT_lethe_rodata_start, (2 << 32) | 257, -AT_purgatory_start // R_AARCH64_ABS64
	.quad	AT_lethe_purgatory_link - AT_lethe_rodata_start + 8, (1 << 32) | 257, 0

symbols:
	symbol	0, 0, 0, 0, 0
	symbol	0, 3, BSS, 0, 0				// STT_SECTION
	symbol	n_start - names, 0x12, TEXT, AT_purgatory_start, 0
	.irp	name, arm64_sink, arm64_kernel_entry, arm64_dtb_addr
	symbol	n_\name - names, 0x11, RODATA, AT_\name - AT_lethe_rodata_start, 8
	.endr
	symbol	n_skip_checks - names, 0x11, RODATA, AT_skip_checks - AT_lethe_rodata_start, 4
	symbol	n_sha256_regions - names, 0x11, RODATA, AT_sha256_regions - AT_lethe_rodata_start, 256
	symbol	n_sha256_digest - names, 0x11, RODATA, AT_sha256_digest - AT_lethe_rodata_start, 32
	symbol	n_lethe - names, 0x11, RODATA, AT_lethe_purgatory - AT_lethe_rodata_start, 8
symbols_end:

names:	.byte	0
n_start: .asciz	"purgatory_start"
	.irp	name, arm64_sink, arm64_kernel_entry, arm64_dtb_addr, skip_checks, sha256_regions, sha256_digest
n_\name: .asciz	"\name"
	.endr
n_lethe: .asciz	"lethe_purgatory"
n_text:	.asciz	".text"
n_rela:	.asciz	".rela.rodata"
n_bss:	.asciz	".bss"
n_symtab: .asciz ".symtab"
n_strtab: .asciz ".strtab"
names_end:
	.balign	8

	// The table of sections comes last. Flags: 1 write, 2 alloc, 4 execute
sections:
	section	0, 0, 0, 0, 0, align=0
	section	n_text - names, 1, 6, text - start, AT_lethe_text_end, align=4096
	section	n_rela + 5 - names, 1, 2, rodata - start, AT_lethe_rodata_end - AT_lethe_rodata_start, align=4096
	section	n_bss - names, 8, 3, sections - start, AT_lethe_blob_end - AT_lethe_data_start, align=4096
	section	n_rela - names, 4, 0, rela - start, symbols - rela, link=5, info=RODATA, entry=24
	section	n_symtab - names, 2, 0, symbols - start, symbols_end - symbols, link=6, info=2, entry=24
	section	n_strtab - names, 3, 0, names - start, names_end - names, align=1
