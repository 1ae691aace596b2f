/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Firmware at EL3 that is older than the CPU: it opens no register of a feature newer than Armv8.0 to lower levels.
 * Starts what is at TARGET at EL2, with the tree at TREE in x0. Runs from flash: no stores but the UART's.
 *
 * A trapped access never returns. It prints "!", and the instruction's address in memory stays in ELR_EL3.
 */
#define UART	0x09000000
#define TARGET	0x40200000
#define TREE	0x40000000		// where QEMU puts it if there is firmware
#define SCR	0x531			// RW, HCE, RES1, NS
#define SCTLR_EL2_OFF 0x30c50830
#define EL2H_MASKED 0x3c9

	.macro	put value, reg
	movz	x0, #((\value) & 0xffff)
	movk	x0, #(((\value) >> 16) & 0xffff), lsl #16
	msr	\reg, x0
	.endm

	.text
	.global	start
start:
	adr	x0, vectors
	msr	vbar_el3, x0
	put	SCR, scr_el3
	msr	cptr_el3, xzr			// SVE and SME are trapped here: EZ, ESM 0
	msr	mdcr_el3, xzr			// profiling and trace buffers are EL3's
	put	SCTLR_EL2_OFF, sctlr_el2
	put	EL2H_MASKED, spsr_el3
	put	TARGET, elr_el3
	movz	x0, #(TREE >> 16), lsl #16
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	eret

	.balign	2048
vectors:
	.rept	16
	movz	x0, #(UART >> 16), lsl #16
	mov	w1, #'!'
	str	w1, [x0]
	mov	w1, #'\n'
	str	w1, [x0]
1:	wfi
	b	1b
	.balign	128
	.endr
