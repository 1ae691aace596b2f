/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The monitor's vectors: HVC and SMC of EL1, and a memory copy that went on at another CPU. What else is trapped is
 * undefined to EL1, and what is no instruction's doing halts, as cpu/vectors.S says.
 *
 * Why assembly: the CPU fixes the address of each entry, and a call changes no register but x0 to x3 (DEN0028, 2.6).
 */
#include "cpu/asm.h"
#include "cpu/sysreg.h"
#include "monitor/monitor.h"

	.macro	halt
	.balign	128
9:	wfi
	b	9b
	.endm

	.section .text.lethe_monitor_vectors, "ax", %progbits
	.balign	2048
	.global	lethe_monitor_vectors
	.hidden	lethe_monitor_vectors
	.type	lethe_monitor_vectors, %function
lethe_monitor_vectors:
	.rept	8				// from our own level: nothing of it can fault
	halt
	.endr

	.balign	128				// from a lower level in AArch64, synchronous
	mov	sp, x0				// saved
	mrs	x0, esr_el2
	lsr	x0, x0, #ESR_EC_SHIFT
	cmp	x0, #ESR_EC_HVC64
	ccmp	x0, #ESR_EC_SMC64, #4, ne
	b.eq	lethe_monitor_trap
	cmp	x0, #ESR_EC_MOPS
	b.ne	lethe_inject_undefined
	b	lethe_monitor_trap

	.rept	3				// its other three kinds
	halt
	.endr

	.balign	128				// from a lower level in AArch32, synchronous
	mov	sp, x0				// saved
	b	lethe_inject_undefined

	.rept	3				// its other three kinds
	halt
	.endr
	.size	lethe_monitor_vectors, . - lethe_monitor_vectors

/*
 * void lethe_monitor_trap(uint64_t class);
 *
 * A call of EL1's.
 *
 * In        x0 = ESR_EL2.EC    sp = x0 of EL1    TPIDR_EL2 = the slot
 * Out       ERET behind the call; or the pen
 * Clobbers  x0 to x3 of EL1, as the call's results; SP_EL2
 * Preserves all else, unless firmware's own results are in more
 * State     EL2, as the exception was taken
 * Stack     the slot's
 */
FUNC lethe_monitor_trap
	// SP_EL2 holds x0, so x1 waits in a register that EL2 has no other use for.
	msr	far_el2, x1
	mrs	x1, tpidr_el2
	add	x1, x1, #LETHE_MONITOR_FRAME
	stp	x2, x3, [x1, #16]
	stp	x4, x5, [x1, #32]
	stp	x6, x7, [x1, #48]
	stp	x8, x9, [x1, #64]
	stp	x10, x11, [x1, #80]
	stp	x12, x13, [x1, #96]
	stp	x14, x15, [x1, #112]
	stp	x16, x17, [x1, #128]
	stp	x18, x19, [x1, #144]
	stp	x20, x21, [x1, #160]
	stp	x22, x23, [x1, #176]
	stp	x24, x25, [x1, #192]
	stp	x26, x27, [x1, #208]
	stp	x28, x29, [x1, #224]
	str	x30, [x1, #240]
	mrs	x3, far_el2
	mov	x2, sp
	stp	x2, x3, [x1]
	cmp	x0, #ESR_EC_SMC64
	b.ne	1f
	mrs	x2, elr_el2
	add	x2, x2, #4			// a trapped SMC has not been executed, an HVC has
	msr	elr_el2, x2			// the target of the ERET
1:	mov	x1, x0
	mrs	x0, tpidr_el2
	add	x2, x0, #LETHE_MONITOR_SIZE
	mov	sp, x2
	bl	lethe_monitor_call
	cmp	w0, #LETHE_MONITOR_PARK
	b.eq	lethe_monitor_pen
	mrs	x1, tpidr_el2
	add	x1, x1, #LETHE_MONITOR_FRAME
	cmp	w0, #LETHE_MONITOR_PASS
	ldp	x2, x3, [x1, #16]
	ldp	x4, x5, [x1, #32]
	ldp	x6, x7, [x1, #48]
	ldp	x8, x9, [x1, #64]
	ldp	x10, x11, [x1, #80]
	ldp	x12, x13, [x1, #96]
	ldp	x14, x15, [x1, #112]
	ldp	x16, x17, [x1, #128]
	ldp	x18, x19, [x1, #144]
	ldp	x20, x21, [x1, #160]
	ldp	x22, x23, [x1, #176]
	ldp	x24, x25, [x1, #192]
	ldp	x26, x27, [x1, #208]
	ldp	x28, x29, [x1, #224]
	ldr	x30, [x1, #240]
	ldp	x0, x1, [x1]
	b.ne	2f
	smc	#0				// results in x0 to x17 are EL1's
2:	eret					// synchronizes the context; flags come back from SPSR
	dsb	nsh				// the CPU is not to speculate behind an ERET
	isb
END lethe_monitor_trap
