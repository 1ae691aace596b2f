/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A loader that obeys only the letter of the boot protocol.
 *
 * QEMU -kernel starts it in place of a bundle, with x0 = device tree. The loader copies and fills
 * memory by its table and poisons every register that the protocol leaves open. Then it branches to
 * the bundle, which lies elsewhere. The protocol fixes: x0 = tree, x1 = x2 = x3 = 0, M = C = 0, D,
 * I and F masked.
 *
 * The table behind the header is filled in by the test (images.py, Hostile).
 *
 * Register  From .. To             Holds
 * x19       entry .. branch        x0 for the bundle
 * x20       entry .. branch        flags
 * x21       entry .. poison        the table
 * x27       entry .. branch        not 0: leave SErrors masked
 */
#define FLAG_X0		0	/* x0 is the table's, not the loader's */
#define FLAG_E2H	1	/* E2H and TGE set, as a VHE kernel leaves them */
#define FLAG_EE		2	/* data accesses big-endian */
#define FLAG_EL1	3	/* go on at EL1, with EL2 staying here */
#define FLAG_SERROR	4	/* with FLAG_EL1: an SError, pending at entry or at the n-th DC CIVAC */
#define FLAG_STREAMING	5	/* PSTATE.SM and ZA set */
#define FLAG_PLAIN	6	/* no poison: a mere trampoline */
#define FLAG_NO_PSCI	7	/* with FLAG_EL1: SMC comes here and answers NOT_SUPPORTED */
#define FLAG_CNTFRQ	8	/* all ones: the highest EL may write it, here EL2 */
#define FLAG_CPU	9	/* CPU 1 is left running; civacs: it turns itself off after so many ticks, 0: never */

#define HCR_BASE	(1 << 31)
#define HCR_AMO		(1 << 5)
#define HCR_VSE		(1 << 8)
#define HCR_TPC		(1 << 23)
#define HCR_TSC		(1 << 19)

	.macro	need id, shift, min
	mrs	x0, \id
	ubfx	x0, x0, #\shift, #4
	cmp	x0, #\min
	b.lo	1f
	.endm

	/* sys = a value that is wrong in every register. */
	.macro	poison sys, value
	ldr	x0, =\value
	msr	\sys, x0
	.endm

	.text
	.global	start
start:
	b	entry
	nop
	.quad	0
	.quad	0x10000
	.quad	0xa
	.quad	0, 0, 0
	.long	0x644d5241
	.long	0
table:						// offset 64
target:	.quad	0
flags:	.quad	0
x0_val:	.quad	0
civacs:	.quad	0				// FLAG_SERROR: 0 at once, n at the n-th DC CIVAC. FLAG_CPU: ticks
copies:	.fill	12, 8, 0			// 4 x { source (-1: the tree), destination, size }
fills:	.fill	12, 8, 0			// 4 x { start, end, pattern }

second:						// CPU 1: x0 = ticks
	mov	x1, x0
	mrs	x2, cntvct_el0
1:	isb
	mrs	x3, cntvct_el0
	sub	x3, x3, x2
	cmp	x3, x1
	b.lo	1b
	cbz	x1, 1b
	ldr	x0, =0x84000002			// PSCI CPU_OFF
	smc	#0

entry:
	mov	x19, x0
	adr	x21, table
	ldr	x20, [x21, #(flags - table)]
	ldr	x27, [x21, #(civacs - table)]
	cmp	x27, #0
	ubfx	x27, x20, #FLAG_SERROR, #1
	csel	x27, x27, xzr, eq		// an SError is to be pending at entry

	add	x1, x21, #(copies - table)
	mov	x2, #4
.Lcopy:	ldp	x3, x4, [x1]
	ldr	x5, [x1, #16]
	cbz	x3, 3f
	cmn	x3, #1
	b.ne	1f
	mov	x3, x19
	mov	x19, x4				// the tree goes along
	ldr	w5, [x3, #4]			// totalsize
	rev	w5, w5
1:	cbz	x5, 3f
	add	x5, x5, #7			// whole words, from the end: may move up
	and	x5, x5, #~7
2:	sub	x5, x5, #8
	ldr	x6, [x3, x5]
	str	x6, [x4, x5]
	cbnz	x5, 2b
3:	add	x1, x1, #24
	subs	x2, x2, #1
	b.ne	.Lcopy

	add	x1, x21, #(fills - table)
	mov	x2, #4
.Lfill:	ldp	x3, x4, [x1]
	ldr	x5, [x1, #16]
1:	cmp	x3, x4
	b.hs	2f
	str	x5, [x3], #8
	b	1b
2:	add	x1, x1, #24
	subs	x2, x2, #1
	b.ne	.Lfill

	tbz	x20, #FLAG_X0, 1f
	ldr	x19, [x21, #(x0_val - table)]
1:	dsb	sy
	ic	iallu				// a bundle was perhaps copied
	dsb	sy
	isb
	ldr	x28, [x21, #(target - table)]
	tbz	x20, #FLAG_CNTFRQ, 1f
	mov	x0, #0xffffffff
	msr	cntfrq_el0, x0
1:	tbz	x20, #FLAG_CPU, 1f
	ldr	x0, =0xc4000003			// PSCI CPU_ON
	mov	x1, #1
	adr	x2, second
	ldr	x3, [x21, #(civacs - table)]
	smc	#0
1:	tbnz	x20, #FLAG_PLAIN, .Lplain

	mrs	x0, CurrentEL
	cmp	x0, #(1 << 2)
	b.eq	.Lat_el1
	tbnz	x20, #FLAG_EL1, .Lto_el1

	// EL2: first EL1's registers, while plain names still mean EL1's.
	bl	poison_common
	poison	sctlr_el1, 0x30d5d9ff		// M, C, A, I: an MMU on without tables
	poison	cpacr_el1, 0			// traps FP
	poison	vbar_el1, 0xdeadbeef00000800
	poison	vttbr_el2, 0x00ff00007ffff000
	poison	vtcr_el2, 0x80000000
	ldr	x0, =0x41414141
	msr	vpidr_el2, x0
	ldr	x0, =0xff80424242
	msr	vmpidr_el2, x0
	poison	hstr_el2, 0x2fef
	ldr	x0, =0xfe1
	msr	mdcr_el2, x0			// every debug and PMU trap, HPMN 1
	poison	cntvoff_el2, 0x123456789abcdef
	poison	tcr_el2, 0xffffffff
	poison	mair_el2, 0x1122334455667788
	poison	ttbr0_el2, 0x00007fffdead0000
	poison	elr_el2, 0xdeadbeef00000004
	poison	spsr_el2, 0xffffffff
	poison	far_el2, 0xdeadbeef00000014
	poison	esr_el2, 0xffffffff
	poison	tpidr_el2, 0xdeadbeef0000002c
	poison	vbar_el2, 0xdeadbeef00000000

	need	id_aa64pfr0_el1, 24, 1		// GIC system registers
	mov	x0, #0xf
	msr	s3_4_c12_c9_5, x0		// ICC_SRE_EL2, so that ICH_HCR exists
	isb
	mov	x0, #0x7c00
	msr	s3_4_c12_c11_0, x0		// ICH_HCR_EL2: every trap
	msr	s3_4_c12_c9_5, xzr		// and no system registers for EL1
1:	need	id_aa64mmfr1_el1, 40, 1		// HCX
	poison	s3_4_c1_c2_2, 0
1:	need	id_aa64mmfr0_el1, 56, 1		// FGT: every positive trap and every negative trap
	poison	s3_4_c1_c1_4, 0x000fffffffffffff	// HFGRTR_EL2
	poison	s3_4_c1_c1_5, 0x000fffffffffffff	// HFGWTR_EL2
	poison	s3_4_c1_c1_6, 0x007fffffffffffff	// HFGITR_EL2
	poison	s3_4_c3_c1_4, 0x07ffffffffffffff	// HDFGRTR_EL2
	poison	s3_4_c3_c1_5, 0x07ffffffffffffff	// HDFGWTR_EL2
1:	need	id_aa64pfr0_el1, 32, 1		// SVE: shortest vectors
	poison	s3_4_c1_c2_0, 0
1:	need	id_aa64pfr1_el1, 24, 1		// SME
	poison	s3_4_c1_c2_6, 0
	tbz	x20, #FLAG_STREAMING, 1f
	.inst	0xd503477f			// smstart: streaming mode and ZA
1:
	// HCR: every bit that does not stop EL2 itself.
	ldr	x0, =0x2c7ffff			// VM SWIO PTW F/I/AMO FB BSU DC TWI TWE TID* TSC TVM ...
	orr	x0, x0, #(1 << 27)		// TGE
	tbz	x20, #FLAG_E2H, 1f
	mrs	x1, id_aa64mmfr1_el1
	ubfx	x1, x1, #8, #4			// VH
	cbz	x1, 1f
	ldr	x0, =0x488000000		// as under Linux: RW, TGE, E2H
	msr	hcr_el2, x0
	isb
	poison	ttbr1_el1, 0x00007fffdead1000	// now EL2's
	poison	cptr_el2, 0x80000000		// CPACR layout: FP, SVE, SME trapped
	poison	cnthctl_el2, 0x3f0
	b	2f
1:	bic	x0, x0, #(1 << 8)		// VSE is an event, not a register
	bic	x0, x0, #(3 << 6)		// nor VF and VI
	msr	hcr_el2, x0
	isb
	poison	cnthctl_el2, 0x3f4		// EL1PCTEN, EL1PCEN clear, event stream on
	poison	cptr_el2, 0xc01037ff		// TCPAC, TAM, TTA, TFP and the RES1 bits
2:	ldr	x0, =0xf8d8387a			// SCTLR_EL2: A, SA, WXN, PAuth; not M, C, I
	tbz	x20, #FLAG_EE, 3f
	orr	x0, x0, #(1 << 25)
3:	msr	sctlr_el2, x0
	isb
	b	.Lgo

.Lto_el1:
	// EL2 stays here. SErrors of EL1 are virtual ones, and its DC CIVAC is counted, not done.
	adr	x0, vectors
	msr	vbar_el2, x0
	mov	x0, #0x33ff
	msr	cptr_el2, x0
	mov	x0, #3
	msr	cnthctl_el2, x0
	msr	cntvoff_el2, xzr
	msr	vttbr_el2, xzr
	mrs	x0, midr_el1
	msr	vpidr_el2, x0
	mrs	x0, mpidr_el1
	msr	vmpidr_el2, x0
	ldr	x0, =0x30d00800
	msr	sctlr_el1, x0
	ldr	x0, =HCR_BASE
	tbz	x20, #FLAG_NO_PSCI, 1f
	orr	x0, x0, #HCR_TSC
1:	tbz	x20, #FLAG_SERROR, 2f
	orr	x0, x0, #HCR_AMO
	ldr	x1, [x21, #(civacs - table)]
	adr	x2, civacs_left
	str	x1, [x2]
	cbz	x1, 1f
	ldr	x2, =HCR_TPC
	orr	x0, x0, x2
	b	2f
1:	orr	x0, x0, #HCR_VSE
2:	msr	hcr_el2, x0
	mov	x0, #0x3c5
	msr	spsr_el2, x0
	adr	x0, .Lat_el1
	msr	elr_el2, x0
	isb
	eret

.Lat_el1:
	bl	poison_common
	tbz	x20, #FLAG_STREAMING, 1f
	need	id_aa64pfr1_el1, 24, 1
	mov	x0, #(3 << 24)			// SMEN
	msr	cpacr_el1, x0
	isb
	.inst	0xd503477f			// smstart: streaming mode and ZA
1:
	poison	cpacr_el1, 0			// FP is trapped, as QEMU does
	poison	vbar_el1, 0xdeadbeef00000800
	ldr	x0, =0xf8d8387a			// A, SA, WXN, PAuth; not M, C, I
	tbz	x20, #FLAG_EE, 1f
	orr	x0, x0, #(1 << 25)
1:	msr	sctlr_el1, x0
	isb

.Lgo:	// No load or store from here: data may be big-endian.
	cbnz	x27, 1f				// A stays masked: the SError is to meet the bundle
	msr	daifclr, #4
1:	mov	x0, x19
	mov	x1, #0xdead0000
	mov	sp, x1
	msr	spsel, #0
	add	x1, x1, #0x7
	mov	sp, x1				// misaligned
	.irp	n, 4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,29,30
	movz	x\n, #(0xde00 + \n), lsl #48
	movk	x\n, #0xbeef, lsl #16
	.endr
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	br	x28

.Lplain:
	mov	x0, x19
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	br	x28

	/* The part that EL1 and EL2 share. */
poison_common:
	poison	tcr_el1, 0x7fffffffff
	poison	mair_el1, 0x1122334455667788
	poison	ttbr0_el1, 0x00007fffdead0000
	poison	ttbr1_el1, 0x00007fffdead1000
	poison	tpidr_el0, 0xdeadbeef0000000c
	poison	tpidr_el1, 0xdeadbeef0000001c
	poison	tpidrro_el0, 0xdeadbeef0000002c
	poison	elr_el1, 0xdeadbeef00000004
	poison	spsr_el1, 0xffffffff
	poison	far_el1, 0xdeadbeef00000014
	poison	esr_el1, 0xffffffff
	poison	contextidr_el1, 0xffffffff
	poison	cntkctl_el1, 0x3fc
	isb
	ret

	.ltorg
	.balign	2048
vectors:
	.rept	8
	.balign	128
	b	.
	.endr
	.balign	128
	b	from_el1			// synchronous, from AArch64 below
	.rept	7
	.balign	128
	b	.
	.endr

from_el1:
	msr	tpidr_el2, x0
	adr	x0, save
	stp	x1, x2, [x0]
	mrs	x1, esr_el2
	lsr	x1, x1, #26
	cmp	x1, #0x17			// a trapped SMC
	b.eq	.Lsmc
	cmp	x1, #0x18			// a trapped system instruction
	b.ne	.				// no other task
	adr	x1, civacs_left
	ldr	x2, [x1]
	sub	x2, x2, #1
	str	x2, [x1]
	cbz	x2, 1f
	mrs	x1, elr_el2
	add	x1, x1, #4
	msr	elr_el2, x1
	b	2f
1:	ldr	x1, =(HCR_BASE | HCR_AMO | HCR_VSE)	// this CPU takes an SError, others stay
	msr	hcr_el2, x1
2:	ldp	x1, x2, [x0]
	mrs	x0, tpidr_el2
	eret

.Lsmc:	mrs	x1, elr_el2
	add	x1, x1, #4
	msr	elr_el2, x1
	ldp	x1, x2, [x0]
	mov	x0, #-1				// NOT_SUPPORTED
	eret

	.balign	16
save:	.quad	0, 0
civacs_left: .quad 0
	.ltorg
