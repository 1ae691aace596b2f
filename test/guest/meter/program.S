/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The meter's test program: loops with known accesses.
 *
 * Each `form` line is one loop of TURNS turns, with 64 bytes of code and a separate page of data,
 * in file order. test_meter.py reads the same lines. The loads and stores of one turn stand behind
 * the instruction, each as COUNTxBYTES (0 for none). The count is the architecture's number of
 * single-copy atomic accesses. Code before `measure` is not measured.
 */
#define TURNS	10
#define CODE	64
#define PAGE	4096
#define UART	0x09000000

	.arch	armv8.5-a

	.macro	form text, loads, stores
	.balign	CODE
	add	x20, x20, #PAGE
	mov	x0, x20
	mov	x1, #TURNS
1:	\text
	subs	x1, x1, #1
	b.ne	1b
	b	2f
	.balign	CODE
2:
	.endm

	.text
	.global	start
start:
	b	entry
	nop
	.quad	0				// text_offset
	.quad	image_end - start
	.quad	0xa				// 4 KiB pages, anywhere
	.quad	0, 0, 0
	.long	0x644d5241
	.long	0

entry:
	adr	x9, vectors
	mrs	x19, CurrentEL
	lsr	x19, x19, #2
	cmp	x19, #2
	b.ne	1f
	mov	x10, #0x33ff			// FP is not trapped
	msr	cptr_el2, x10
	msr	vbar_el2, x9
	b	2f
1:	mov	x10, #3 << 20
	msr	cpacr_el1, x10
	msr	vbar_el1, x9
2:	isb
	mrs	x10, sctlr_el1
	cmp	x19, #2
	b.ne	3f
	mrs	x10, sctlr_el2
3:	bic	x10, x10, #1 << 12		// I: fetches are uncached
	bl	write_sctlr
	adrp	x20, data - PAGE		// each form takes the next page
	mov	x2, #0
	mov	x3, #0
	mov	x4, #0
	mov	x5, #0
	adr	x6, zeroed
	b	measure

	/* Next to code that ran: here QEMU shows the stores of dc zva, byte by byte. */
	.balign	CODE
	.global	zeroed
zeroed:
	.skip	CODE

	.balign	CODE
	.global	measure
measure:
	form	"ldrb w2, [x0]", 1x1, 0
	form	"ldrsh x2, [x0, #2]!", 1x2, 0
	form	"ldr w2, [x0], #4", 1x4, 0
	form	"ldrsw x2, [x0, #8]", 1x4, 0
	form	"ldr x2, [x0, x3]", 1x8, 0
	form	"ldur x2, [x0, #8]", 1x8, 0
	form	"strb w2, [x0, w3, uxtw]", 0, 1x1
	form	"strh w2, [x0, #6]", 0, 1x2
	form	"stur w2, [x0, #4]", 0, 1x4
	form	"str x2, [x0], #8", 0, 1x8
	form	"ldtr x2, [x0]", 1x8, 0
	form	"ldr x2, literal", 1x8, 0
	form	"ldrsw x2, literal", 1x4, 0
	form	"ldr q2, literal", 2x8, 0
	form	"prfm pldl1keep, [x0]", 0, 0
	form	"prfm pldl1keep, literal", 0, 0
	form	"ldp w2, w3, [x0]", 2x4, 0
	form	"ldp x2, x3, [x0, #16]", 2x8, 0
	form	"ldpsw x2, x3, [x0], #8", 2x4, 0
	form	"ldnp x2, x3, [x0]", 2x8, 0
	form	"stp w2, w3, [x0, #8]!", 0, 2x4
	form	"stp x2, x3, [x0], #16", 0, 2x8
	form	"stnp x2, x3, [x0]", 0, 2x8
	form	"ldr b2, [x0]", 1x1, 0
	form	"ldr h2, [x0]", 1x2, 0
	form	"ldr s2, [x0]", 1x4, 0
	form	"ldr d2, [x0], #8", 1x8, 0
	form	"ldr q2, [x0]", 2x8, 0
	form	"str s2, [x0]", 0, 1x4
	form	"str q2, [x0], #16", 0, 2x8
	form	"ldp s2, s3, [x0]", 2x4, 0
	form	"ldp d2, d3, [x0]", 2x8, 0
	form	"ldp q2, q3, [x0]", 4x8, 0
	form	"stp d2, d3, [x0]", 0, 2x8
	form	"stp q2, q3, [x0], #32", 0, 4x8
	form	"stnp q2, q3, [x0]", 0, 4x8
	form	"ld1 {v2.16b}, [x0]", 16x1, 0
	form	"ld1 {v2.8b}, [x0]", 8x1, 0
	form	"ld1 {v2.8h}, [x0]", 8x2, 0
	form	"ld1 {v2.4s}, [x0], #16", 4x4, 0
	form	"ld1 {v2.2d}, [x0]", 2x8, 0
	form	"ld1 {v2.16b-v5.16b}, [x0]", 64x1, 0
	form	"ld1 {v2.2d-v5.2d}, [x0], #64", 8x8, 0
	form	"ld1 {v2.4s-v4.4s}, [x0]", 12x4, 0
	form	"ld2 {v2.8h-v3.8h}, [x0]", 16x2, 0
	form	"ld3 {v2.4s-v4.4s}, [x0]", 12x4, 0
	form	"ld4 {v2.2d-v5.2d}, [x0]", 8x8, 0
	form	"ld4 {v2.8b-v5.8b}, [x0]", 32x1, 0
	form	"ld1 {v2.b}[3], [x0]", 1x1, 0
	form	"ld1 {v2.h}[1], [x0]", 1x2, 0
	form	"ld1 {v2.s}[1], [x0]", 1x4, 0
	form	"ld2 {v2.d-v3.d}[1], [x0]", 2x8, 0
	form	"ld1r {v2.4s}, [x0]", 1x4, 0
	form	"ld3r {v2.2d-v4.2d}, [x0]", 3x8, 0
	form	"st1 {v2.16b}, [x0]", 0, 16x1
	form	"st1 {v2.2d-v3.2d}, [x0], #32", 0, 4x8
	form	"st1 {v2.4s-v5.4s}, [x0]", 0, 16x4
	form	"st2 {v2.8h-v3.8h}, [x0]", 0, 16x2
	form	"st4 {v2.16b-v5.16b}, [x0]", 0, 64x1
	form	"st1 {v2.d}[0], [x0]", 0, 1x8
	form	"st3 {v2.b-v4.b}[9], [x0]", 0, 3x1
	form	"ldar x2, [x0]", 1x8, 0
	form	"ldapr w2, [x0]", 1x4, 0
	form	"ldapur x2, [x0, #8]", 1x8, 0
	form	"stlr w2, [x0]", 0, 1x4
	form	"stlurb w2, [x0, #1]", 0, 1x1
	form	"ldxr x2, [x0] ; stxr w3, x2, [x0]", 1x8, 1x8
	form	"ldaxrb w2, [x0] ; stlxrb w3, w2, [x0]", 1x1, 1x1
	form	"ldxp w2, w4, [x0] ; stxp w3, w2, w4, [x0]", 1x8, 1x8
	form	"ldxp x2, x4, [x0] ; stxp w3, x2, x4, [x0]", 2x8, 1x16
	form	"ldadd x2, x3, [x0]", 1x8, 1x8
	form	"swpb w2, w3, [x0]", 1x1, 1x1
	form	"stset w2, [x0]", 1x4, 1x4
	form	"cas w2, w3, [x0]", 1x4, 1x4
	form	"casp x2, x3, x4, x5, [x0]", 1x16, 1x16
	form	"casp w2, w3, w4, w5, [x0]", 1x8, 1x8
	form	"dc zva, x6 ; dc civac, x0 ; dsb sy ; dmb ish ; isb", 0, 0
	form	"ic iallu ; tlbi vmalle1 ; dc cvau, x0 ; dsb nsh", 0, 0
	form	"at s1e1r, x0 ; nop", 0, 0
	form	"mov x3, #0 ; nop ; nop", 0, 0

	/* QEMU leaves the block at each of these stores and starts again behind it. */
	.balign	CODE
	.global	io_code, fault_code, cached_code, mmu_code
	.global	io_end, fault_end, cached_end, mmu_end
io_code:
	mov	x0, #UART
	mov	w2, #'.'
	mov	x1, #TURNS
1:	nop
	strb	w2, [x0]
	nop
	subs	x1, x1, #1
	b.ne	1b
io_end:

	/* A block that ends early: the vector resumes behind the load. */
fault_code:
	add	x0, x20, #1
	mov	x1, #TURNS
1:	nop
	ldr	w2, [x0]			// unaligned, with the MMU off
	nop
	subs	x1, x1, #1
	b.ne	1b
fault_end:

	mov	w2, #'\n'
	mov	x0, #UART
	strb	w2, [x0]
	bl	mmu_code
cached_code:
	add	x20, x20, #PAGE
	mov	x0, x20
	mov	x1, #TURNS
1:	ldp	x2, x3, [x0]
	str	x2, [x0]
	subs	x1, x1, #1
	b.ne	1b
cached_end:
	adrp	x0, image
	add	x0, x0, :lo12:image
	br	x0

	.balign	16
	.global	literal, literal_end
literal:
	.quad	0, 0
literal_end:

	/* Two blocks of 1 GiB mapped to themselves: devices, RAM. */
mmu_code:
	adrp	x9, table
	mov	x11, #0x405			// AF, attribute 1, block
	str	x11, [x9]
	mov	x12, #0x701			// AF, inner shareable, attribute 0, block
	movk	x12, #0x4000, lsl #16
	str	x12, [x9, #8]
	mov	x11, #0x00ff			// 0: write-back, 1: Device-nGnRnE
	mov	x12, #0x3519			// 39 bits, write-back, inner shareable
	dsb	sy
	mrs	x10, sctlr_el1
	cmp	x19, #2
	b.eq	1f
	msr	mair_el1, x11
	orr	x12, x12, #1 << 23		// the upper half is empty
	msr	tcr_el1, x12
	msr	ttbr0_el1, x9
	b	2f
1:	msr	mair_el2, x11
	msr	tcr_el2, x12
	msr	ttbr0_el2, x9
	mrs	x10, sctlr_el2
2:	mov	x11, #0x1005			// M, C, I
	orr	x10, x10, x11

write_sctlr:
	isb
	cmp	x19, #2
	b.eq	1f
	msr	sctlr_el1, x10
	isb
	ret
1:	msr	sctlr_el2, x10
	isb
	ret
mmu_end:

	.balign	2048
	.global	vectors, vectors_end
vectors:
	.org	vectors + 0x200			// synchronous, current EL
	cmp	x19, #2
	b.eq	1f
	mrs	x9, elr_el1
	add	x9, x9, #4
	msr	elr_el1, x9
	eret
1:	mrs	x9, elr_el2
	add	x9, x9, #4
	msr	elr_el2, x9
	eret
vectors_end:

	/* The payload: ends the machine. */
	.balign	PAGE
	.global	image
image:
	b	1f
	nop
	.quad	0, 0, 0, 0, 0, 0
	.long	0x644d5241
	.long	0
1:	mov	x0, #8				// PSCI SYSTEM_OFF
	movk	x0, #0x8400, lsl #16
	cmp	x19, #2
	b.eq	2f
	hvc	#0
2:	smc	#0

	.balign	PAGE
table:
	.skip	PAGE
	.global	data
data:
	.skip	128 * PAGE
image_end:
