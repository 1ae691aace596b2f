/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The vectors of a flash file: of EL3, and of whatever level its front end runs at. SMC from below EL3 is the resident
 * PSCI's. All else is a fault: it is printed, and the parameters say what then.
 *
 * Why assembly: the CPU fixes the address of each entry, and a call changes no register but x0 to x3 (DEN0028, 2.6).
 */
#include <lethe/flash.h>

#include "cpu/asm.h"
#include "cpu/sysreg.h"
#include "el3/call.h"
#include "monitor/monitor.h"

	/* Each vector is a section of its own: flash.ld puts it at its entry, and other code between two of them. */
	.irp	number, 0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15
	FUNC	lethe_el3_vector_\number
	b	lethe_el3_fault
	END	lethe_el3_vector_\number
	.endr

	FUNC	lethe_el3_vector_8		// from a lower level in AArch64, synchronous
	stp	x0, x1, [sp, #-16]!
	mrs	x0, esr_el3
	lsr	x0, x0, #ESR_EC_SHIFT
	cmp	x0, #ESR_EC_SMC64
	b.eq	lethe_el3_smc
	b	lethe_el3_fault
	END	lethe_el3_vector_8

/*
 * void lethe_el3_smc(void);
 *
 * A call from below. The frame has x0 to x18 and x30; C preserves the others.
 *
 * In        sp = the slot's stack with x0, x1 of the caller on it
 * Out       ERET behind the call; the pen; or the next bundle
 * Clobbers  x0 to x3 of the caller, as the call's results
 * Preserves all else
 * State     EL3, MMU off, as the exception was taken
 * Stack     the slot's
 */
FUNC lethe_el3_smc
	sub	sp, sp, #(EL3_FRAME - 16)
	ldp	x0, x1, [sp, #(EL3_FRAME - 16)]
	stp	x0, x1, [sp]
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x30, [sp, #144]
	mov	x1, sp
	add	x0, sp, #EL3_FRAME		// the stack's end is the slot's
	sub	x0, x0, #LETHE_MONITOR_SIZE
	bl	lethe_el3_call
	cmp	w0, #EL3_PARK
	b.eq	lethe_el3_park
	cmp	w0, #EL3_NEXT
	b.eq	.Lnext
	ldp	x0, x1, [sp]
	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldp	x12, x13, [sp, #96]
	ldp	x14, x15, [sp, #112]
	ldp	x16, x17, [sp, #128]
	ldp	x18, x30, [sp, #144]
	add	sp, sp, #EL3_FRAME
	eret					// synchronizes the context
	dsb	nsh				// the CPU is not to speculate behind an ERET
	isb
.Lnext:
	adr_l	x0, lethe_flash_stack_end
	mov	sp, x0
	mov	x29, #0				// end of the frame chain
	b	lethe_flash_again		// does not return
END lethe_el3_smc

/*
 * void lethe_el3_fault(void);
 *
 * "lethe: FAULT EL3 esr=... elr=... far=... stage=flash", and the end.
 *
 * In        none
 * Out       does not return
 * Clobbers  everything
 * State     EL1, EL2 or EL3, as the exception was taken
 * Stack     0
 */
FUNC lethe_el3_fault
	mrs	x0, CurrentEL
	lsr	x20, x0, #CURRENTEL_SHIFT
	cmp	x20, #2
	b.lo	.Lfrom_el1
	b.eq	.Lfrom_el2
	mrs	x1, tpidr_el3			// the parameters
	mrs	x21, esr_el3
	mrs	x22, elr_el3
	mrs	x23, far_el3
	msr	tpidr_el3, xzr			// a fault in here ends at once
	b	.Lhave
.Lfrom_el2:
	mrs	x1, tpidr_el2			// as at EL3
	mrs	x21, esr_el2
	mrs	x22, elr_el2
	mrs	x23, far_el2
	msr	tpidr_el2, xzr			// likewise
	b	.Lhave
.Lfrom_el1:
	mrs	x1, tpidr_el1			// as at EL3
	mrs	x21, esr_el1
	mrs	x22, elr_el1
	mrs	x23, far_el1
	msr	tpidr_el1, xzr			// likewise
.Lhave:
	cbz	x1, .Lsilence
	adr	x0, .Lfault
	bl	lethe_flash_puts
	add	x0, x20, #'0'
	bl	lethe_flash_put
	adr	x0, .Lesr
	bl	lethe_flash_puts
	mov	x0, x21
	bl	lethe_flash_put_hex
	adr	x0, .Lelr
	bl	lethe_flash_puts
	mov	x0, x22
	bl	lethe_flash_put_hex
	adr	x0, .Lfar
	bl	lethe_flash_puts
	mov	x0, x23
	bl	lethe_flash_put_hex
	adr	x0, .Lstage
	bl	lethe_flash_puts
	b	lethe_flash_stop
.Lsilence:
	wfi
	b	.Lsilence
.Lfault:
	.asciz	"lethe: FAULT EL"
.Lesr:	.asciz	" esr="
.Lelr:	.asciz	" elr="
.Lfar:	.asciz	" far="
.Lstage:
	.asciz	" stage=flash\r\n"
	.balign	4
END lethe_el3_fault
