/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A payload that is no kernel: prints its registers, one "payload: name=0x..." line each, then
 * waits.
 *
 * An arm64 Image of 128 KiB of memory, position independent, for --kernel and --raw. Built once for
 * each UART: UART_PL011, UART_CADENCE or UART_NS16550 is its address. The test reads the rest (the device tree,
 * the zeroed tail, EL2 registers) from outside.
 */
#define IMAGE_SIZE 0x20000

	.macro	show name, reg
	.pushsection .rodata
.Ls\@:	.asciz	"\name"
	.popsection
	adr	x9, .Ls\@
	mov	x10, \reg
	bl	print
	.endm

	/* Any system register, by name or by encoding. */
	.macro	show_sys name, sys
	mrs	x0, \sys
	show	\name, x0
	.endm

	/* Skips to the next `1:` unless the 4-bit field of an ID register is at least min. */
	.macro	need id, shift, min
	mrs	x0, \id
	ubfx	x0, x0, #\shift, #4
	cmp	x0, #\min
	b.lo	1f
	.endm

	.text
	.global	start
start:
	b	entry
	nop
	.quad	0				// text_offset
	.quad	IMAGE_SIZE
	.quad	0xa				// 4 KiB pages, anywhere
	.quad	0, 0, 0
	.long	0x644d5241
	.long	0

entry:
	// Before any change: the state that the boot protocol specifies.
	mov	x20, x0
	mov	x21, x1
	mov	x22, x2
	mov	x23, x3
	mrs	x24, daif
	mov	x25, sp
	mrs	x26, CurrentEL
	lsr	x26, x26, #2
	mrs	x27, SPSel
	adr	x28, start

	cmp	x26, #2
	b.ne	.Lentry_el1
	mrs	x19, sctlr_el2
	adr	x0, vectors
	msr	vbar_el2, x0
	b	.Lsay
.Lentry_el1:
	mrs	x19, sctlr_el1
	adr	x0, vectors
	msr	vbar_el1, x0
.Lsay:	isb
	show	"base", x28
	show	"x0", x20
	show	"x1", x21
	show	"x2", x22
	show	"x3", x23
	show	"el", x26
	show	"daif", x24
	show	"spsel", x27
	show	"sp", x25
	show	"sctlr", x19
	show_sys "midr", midr_el1
	show_sys "pfr0", id_aa64pfr0_el1
	show_sys "mpidr", mpidr_el1
	show_sys "cntfrq", cntfrq_el0
	cmp	x26, #2
	b.ne	.Lprobes

	show_sys "hcr", hcr_el2
	show_sys "cptr", cptr_el2
	show_sys "cnthctl", cnthctl_el2
	show_sys "cntvoff", cntvoff_el2
	need	id_aa64pfr1_el1, 24, 1
	show_sys "svcr", s3_3_c4_c2_2
1:	b	.Lend

	// At EL1 a trap into EL2 would end in silent vectors: the "end" line proves that no trap
	// occurred. Traps of EL1's own are printed.
.Lprobes:
	show_sys "cpacr", cpacr_el1
	mov	x0, #(3 << 20)			// FPEN
	orr	x0, x0, #(3 << 16)		// ZEN
	orr	x0, x0, #(3 << 24)		// SMEN
	msr	cpacr_el1, x0
	isb
	fmov	x0, d0
	show_sys "cntpct_works", cntpct_el0
	mrs	x0, cntp_ctl_el0
	mrs	x0, cntv_ctl_el0
	mrs	x0, mdscr_el1
	mrs	x0, id_aa64pfr0_el1
	mrs	x0, ctr_el0
	mrs	x0, tcr_el1			// HCR_EL2.TRVM
	msr	ttbr0_el1, xzr			// HCR_EL2.TVM
	msr	contextidr_el1, xzr
	tlbi	vmalle1				// HCR_EL2.TTLB
	dc	civac, x28			// HCR_EL2.TPC
	ic	iallu				// HCR_EL2.TPU
	dsb	sy
	isb
	need	id_aa64dfr0_el1, 8, 1
	cmp	x0, #15
	b.eq	1f
	show_sys "pmcr_works", pmcr_el0
	mrs	x0, pmccntr_el0
1:	need	id_aa64isar1_el1, 4, 1
	msr	s3_0_c2_c1_0, xzr		// APIAKeyLo_EL1: HCR_EL2.APK
	hint	#8				// PACIA1716: HCR_EL2.API
	show	"pauth_works", x17
1:	need	id_aa64pfr0_el1, 32, 1
	.inst	0x04bf5020			// rdvl x0, #1: CPTR_EL2
	show	"sve_bytes", x0
1:	need	id_aa64pfr1_el1, 24, 1
	.inst	0x04bf5820			// rdsvl x0, #1: CPTR_EL2.TSM or SMEN
	show	"sme_bytes", x0
	show_sys "svcr", s3_3_c4_c2_2
	mrs	x0, s3_3_c13_c0_5		// TPIDR2_EL0: HFGRTR_EL2.nTPIDR2_EL0
	mrs	x0, s3_0_c1_c2_4		// SMPRI_EL1: HFGRTR_EL2.nSMPRI_EL1
1:	need	s3_0_c0_c7_3, 0, 1		// ID_AA64MMFR3_EL1.TCRX
	mrs	x0, s3_0_c2_c0_3		// TCR2_EL1: HCRX_EL2.TCR2En
1:	need	s3_0_c0_c7_3, 8, 1		// S1PIE
	mrs	x0, s3_0_c10_c2_3		// PIR_EL1: HFGRTR_EL2.nPIR_EL1
1:	need	id_aa64pfr0_el1, 24, 1
	mrs	x0, s3_0_c12_c12_5		// ICC_SRE_EL1: ICC_SRE_EL2.Enable
	show	"icc_sre", x0
	tbz	x0, #0, 1f
	mrs	x0, s3_0_c4_c6_0		// ICC_PMR_EL1: ICH_HCR_EL2.TALL*, TC
1:	need	s3_0_c0_c6_2, 16, 1		// ID_AA64ISAR2_EL1.MOPS
	adr	x3, scratch
	adr	x4, scratch
	mov	x5, #0
	.inst	0x1d0404a3			// cpyfp [x3]!, [x4]!, x5!: HCRX_EL2.MSCEn
	.inst	0x1d4404a3			// cpyfm
	.inst	0x1d8404a3			// cpyfe
	show	"mops_works", x5
1:
.Lend:
	adr	x9, .Lend_text
	bl	puts
.Lwait:	wfi
	b	.Lwait

	/* x9 = name, x10 = value. Clobbers x9-x15. */
print:
	mov	x15, x30
	mov	x14, x9
	adr	x9, .Lprefix
	bl	puts
	mov	x9, x14
	bl	puts
	adr	x9, .Lequals
	bl	puts
	mov	x13, #60
1:	lsr	x9, x10, x13
	and	x9, x9, #15
	cmp	x9, #10
	add	x11, x9, #('a' - 10)
	add	x9, x9, #'0'
	csel	x9, x9, x11, lo
	bl	putc
	subs	x13, x13, #4
	b.ge	1b
	adr	x9, .Lnewline
	mov	x30, x15
	b	puts

	/* x9 = text. Clobbers x9, x11, x12, x16, x17. */
puts:	mov	x17, x30
	mov	x16, x9
1:	ldrb	w9, [x16], #1
	cbz	w9, 2f
	bl	putc
	b	1b
2:	ret	x17

	/* w9 = character. Clobbers x11, x12. */
putc:
#ifdef UART_PL011
	ldr	x11, =UART_PL011
1:	ldr	w12, [x11, #0x18]
	tbnz	w12, #5, 1b			// TXFF
	str	w9, [x11]
#elif defined(UART_CADENCE)
	ldr	x11, =UART_CADENCE
1:	ldr	w12, [x11, #0x2c]		// Channel_sts
	tbnz	w12, #4, 1b			// TXFULL
	str	w9, [x11, #0x30]
#else
	ldr	x11, =UART_NS16550
1:	ldr	w12, [x11, #20]			// LSR
	tbz	w12, #5, 1b			// THRE
	str	w9, [x11]
#endif
	ret

	.balign	2048
vectors:
	.rept	16
	.balign	128
	b	exception
	.endr
exception:
	mrs	x20, CurrentEL
	cmp	x20, #8
	b.eq	1f
	show_sys "exception_esr", esr_el1
	show_sys "exception_elr", elr_el1
	b	.Lwait
1:	show_sys "exception_esr", esr_el2
	show_sys "exception_elr", elr_el2
	b	.Lwait

	.section .rodata
.Lprefix: .asciz "payload: "
.Lequals: .asciz "=0x"
.Lnewline: .asciz "\r\n"
.Lend_text: .asciz "payload: end\r\n"
	.balign	64
scratch: .skip	64
