/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The common part of the programs for cohsan. Each program is a flat arm64 Image that QEMU's
 * -kernel puts at 0x40200000, with x0 = device tree, M = C = 0. The build makes one Image for each
 * case and exception level:
 *
 *	EL	1, 2 or 3; at 3 QEMU takes the ELF, and x0 is 0
 *	E2H	1: at EL2 with HCR_EL2.E2H and TGE set from `begin` on
 *	is_NAME	1 in the case of that name
 *
 * I is 0 unless a program sets it, so that fetches refill nothing by the way. Macros clobber x9 to
 * x12. No macro loads a literal: a load relies on SCTLR_ELx and would be another test.
 *
 *	.text	page 0		code, vectors
 *	.next	page 1		the page after the code
 *	.far	from page 2	data that no fetch comes near; all three are in the file, so clean
 *	.second	from page 12	the Image to hand over to
 *	.bss	from page 16	hostile
 */
#define IMAGE_SIZE	0x20000

#if EL == 1
#define SYS(name)	name##_el1
#define TLBI_ALL	tlbi vmalle1
#define CONDUIT		hvc #0
#elif EL == 3
#define SYS(name)	name##_el3
#define TLBI_ALL	tlbi alle3
#else
#define SYS(name)	name##_el2
#define TLBI_ALL	tlbi alle2
#define CONDUIT		smc #0
#endif

/* The layouts of TCR and of descriptors: EL2 alone, and EL3, have their own. */
#if EL == 1 || E2H
#define SCTLR_OFF	0x30d00800
#define TCR_BASE	((1 << 32) | (1 << 23))		/* 36 bits, EPD1 */
#define AP_RW		0
#define XN		(3 << 53)
#else
#define SCTLR_OFF	0x30c50830
#define TCR_BASE	((1 << 31) | (1 << 23) | (1 << 16))
#define AP_RW		0x40				/* AP[1] is RES1 */
#define XN		(1 << 54)
#endif
#define SCTLR_M		1
#define SCTLR_C		4
#define SCTLR_I		0x1000
#define SCTLR_ON	(SCTLR_OFF | SCTLR_M | SCTLR_C)

#define TCR_WB		(TCR_BASE | (3 << 12) | (1 << 10) | (1 << 8))	/* cacheable walks */
#define TCR_NC		(TCR_BASE | (2 << 12))				/* walks not cacheable */
#define T0SZ_39		25
#define T0SZ_32		32						/* root: four entries */
#define TCR_ON		(TCR_WB | T0SZ_39)

#define MAIR_ON		0xbb4400ff
#define BLOCK_WB	(0x701 | AP_RW)
#define BLOCK_DEVICE	(0x405 | AP_RW | XN)
#define BLOCK_NC	(0x709 | AP_RW | XN)
#define BLOCK_WT	(0x70d | AP_RW | XN)
#define BLOCK_NSH	(0x401 | AP_RW | XN)
#define TABLE		3
#define NS		0x20	/* of a block, at EL3 */
#define NS_TABLE	(1 << 63)

/* Other virtual addresses of RAM in `tables`, relative to the physical one. */
#define AS_NC		0x40000000
#define AS_DEVICE	0x80000000
#define AS_WB		0xc0000000		/* write-back, another address */
#define AS_WT		0x140000000
#define AS_OTHER	0x180000000		/* write-back, and 2 MiB further in RAM */
#define AS_NSH		0x1c0000000		/* write-back, non-shareable */

	.macro	imm reg, value
	movz	\reg, #((\value) & 0xffff)
	movk	\reg, #(((\value) >> 16) & 0xffff), lsl #16
	movk	\reg, #(((\value) >> 32) & 0xffff), lsl #32
	movk	\reg, #(((\value) >> 48) & 0xffff), lsl #48
	.endm

	.macro	header size
	b	. + 64
	nop
	.quad	0				// text_offset
	.quad	\size
	.quad	0xa
	.quad	0, 0, 0
	.long	0x644d5241
	.long	0
	.endm

	/* x19 = device tree. Falls into the program. */
	.macro	begin
	.text
	.global	start
start:	header	IMAGE_SIZE
	mov	x19, x0
#if E2H
	imm	x9, (1 << 34) | (1 << 31) | (1 << 27)	// E2H, RW, TGE
	msr	hcr_el2, x9
	isb						// the registers below change their meaning
#endif
	imm	x9, SCTLR_OFF
	msr	SYS(sctlr), x9
	adr	x9, vectors
	msr	SYS(vbar), x9
	isb
	.endm

	/*
	 * Every entry ends the program with status 2. Exceptions: SVC returns, and with skip=1 an
	 * alignment fault resumes at the next instruction. No memory is touched.
	 */
	.macro	vector_table skip=0
	.balign	2048
vectors:
	.rept	16
	.balign	128
	mrs	x16, SYS(esr)
	lsr	x17, x16, #26
	cmp	x17, #0x15				// SVC
	b.eq	1f
	.if	\skip
	and	x16, x16, #0x3f
	cmp	x16, #0x21				// DFSC: alignment
	b.ne	2f
	mrs	x16, SYS(elr)
	add	x16, x16, #4
	msr	SYS(elr), x16
	.else
	b	2f
	.endif
1:	eret
2:	b	fault
	.endr
	.endm

	/* From EL3 to \entry at non-secure EL2, with the MMU off. Its exceptions end the program. */
	.macro	to_el2 entry
	imm	x9, 0x531				// SCR_EL3: RW, HCE, SMD off, RES1, NS
	msr	scr_el3, x9
	imm	x9, 0x30c50830
	msr	sctlr_el2, x9
	imm	x9, (1 << 31)
	msr	hcr_el2, x9
	adr	x9, vectors_el2
	msr	vbar_el2, x9
	imm	x9, 0x3c9
	msr	spsr_el3, x9
	adr	x9, \entry
	msr	elr_el3, x9
	eret
	.endm

	.macro	vectors_of_el2
	.section .next, "awx"
	.balign	2048
vectors_el2:
	.rept	16
	.balign	128
	b	fault
	.endr
	.text
	.endm

	/* The good end: says "end", for cohsan's status hides the program's; leaves with 0. */
	.macro	finish
	adr	x1, .Lend\@
	mov	w0, #0x04				// SYS_WRITE0
	hlt	#0xf000
	adr	x1, .Lblock\@
	mov	w0, #0x18				// SYS_EXIT
	hlt	#0xf000
	.balign	8
.Lblock\@: .quad	0x20026, 0
.Lend\@: .asciz	"end\n"
	.balign	8
	.endm

	/* Behind the program's code: the ends, and the vectors. */
	.macro	end skip=0
exit:	finish
fault:	adr	x1, fault_block
	mov	w0, #0x18
	hlt	#0xf000
	.balign	8
fault_block: .quad 0x20026, 2
	vector_table \skip
	.endm

	/* x9 = bytes of a D-side line. */
	.macro	line_size
	mrs	x9, ctr_el0
	ubfx	x9, x9, #16, #4
	mov	x10, #4
	lsl	x9, x10, x9
	.endm

	/* Every line with a byte of [lo, hi); the DSB is the program's. */
	.macro	dc_range op, lo, hi
	line_size
	sub	x10, x9, #1
	bic	x10, \lo, x10
1:	dc	\op, x10
	add	x10, x10, x9
	cmp	x10, \hi
	b.lo	1b
	.endm

	/* All steps that M needs, completed and synchronized. */
	.macro	mmu_prepare table=tables, tcr=TCR_ON
	imm	x9, MAIR_ON
	msr	SYS(mair), x9
	imm	x9, \tcr
	msr	SYS(tcr), x9
	adr	x9, \table
	msr	SYS(ttbr0), x9
	TLBI_ALL
	dsb	sy
	isb
	.endm

	.macro	set_sctlr value
	imm	x9, \value
	msr	SYS(sctlr), x9
	isb
	.endm

	.macro	mmu_on table=tables, tcr=TCR_ON, sctlr=SCTLR_ON
	mmu_prepare \table, \tcr
	set_sctlr \sctlr
	.endm

	.macro	mmu_off
	set_sctlr SCTLR_OFF
	.endm

	/* Identity by 1 GiB blocks, and the addresses named above. Made by the assembler: clean. */
	.macro	map_tables
	.section .far, "awx"
	.balign	4096
tables:	.quad	BLOCK_DEVICE
	.quad	0x40000000 + BLOCK_WB
	.quad	0x40000000 + BLOCK_NC
	.quad	0x40000000 + BLOCK_DEVICE
	.quad	0x40000000 + BLOCK_WB
	.quad	0
	.quad	0x40000000 + BLOCK_WT
	.quad	tables_other + TABLE
	.quad	0x40000000 + BLOCK_NSH
	.fill	503, 8, 0
tables_other:
	.quad	0
	.quad	0x40400000 + BLOCK_WB
	.fill	510, 8, 0
	.text
	.endm

	/* size bytes in a section, from a 256-byte boundary: the longest line of any CPU here. */
	.macro	cells section, name, size=256
	.section \section
	.balign	256
\name:	.skip	\size
\name\()_end:
	.text
	.endm
	.macro	far_cells name, size=256
	.section .far, "awx"
	.balign	256
\name:	.fill	\size / 8, 8, 0
\name\()_end:
	.balign	256
	.text
	.endm
