/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way of a CPU to EL1, with the monitor below it.
 *
 * Why assembly: the last instructions have no stack, and ERET takes its registers from where C cannot put them.
 */
#include "cpu/asm.h"
#include "monitor/own.inc"

	/* x9 = entry, x10-x13 = x0-x3. SP_EL2 is scratch below EL1, TPIDR_EL2 is the slot's: vectors.S. */
	.macro	enter_el1
	mov	x1, #SPSR_EL1H_MASKED
	msr	tpidr_el2, x19			// used from the first exception of EL1 on, behind the ERET
	msr	spsr_el2, x1			// EL1h, D A I F masked
	msr	elr_el2, x9			// the entry
	mov	x0, x10
	mov	x1, x11
	mov	x2, x12
	mov	x3, x13
	eret					// synchronizes the context
	dsb	nsh				// the CPU is not to speculate behind an ERET
	isb
	.endm

/*
 * void lethe_monitor_boss(void);
 *
 * The end of the hand-off (cpu/handoff.S) to EL1, with the monitor in place.
 *
 * In        x9 = entry    x10-x13 = x0-x3 of the payload
 * Out       ERET to the payload
 * Clobbers  everything
 * State     EL2; MMU off; EL2's registers as EL1 needs them
 * Stack     0
 */
FUNC lethe_monitor_boss
	own_slot
	adr_l	x2, lethe_monitor_start		// the vectors
	msr	vbar_el2, x2			// in force with the ERET; no exception is due before
	enter_el1
END lethe_monitor_boss

/*
 * void lethe_monitor_secondary(void);
 *
 * A CPU that somebody at EL1 has started comes from firmware or from the pen, and goes on at EL1. All of EL2 is as the
 * boss's is.
 *
 * In        its slot in lethe_monitor has entry and context
 * Out       ERET to the entry
 * Clobbers  everything
 * State     EL2; MMU off
 * Stack     its slot's
 */
FUNC lethe_monitor_secondary
	msr	daifset, #15			// no vectors yet
	msr	spsel, #1
	own_el2
	own_code				// x19 = the slot, and sp
	mov	x0, #1
	bl	lethe_monitor_prepare
	dsb	nsh				// an AmpereOne needs it before HCR_EL2 (AC04_CPU_23)
	msr	hcr_el2, x0			// in force with the ERET
	ldp	x10, x9, [x19, #(LETHE_MONITOR_ID + 8)] // context, entry
	mov	x11, #0
	mov	x12, #0
	mov	x13, #0
	str	wzr, [x19, #LETHE_MONITOR_STATE] // LETHE_MONITOR_ON
	dsb	sy				// seen by all before this CPU can say that it runs; and before the entry and
						// the context may be another's
	enter_el1
END lethe_monitor_secondary
