/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pen: CPUs wait here, each at a word of its own, until the word says where to go. It is entered from firmware's
 * words, by CPU_ON, by a payload that gives the CPU back (docs/spec/cpus.md), and from the monitor.
 *
 * Why assembly: a CPU comes in an unknown state, without a stack, and in the loop nothing but the word may be read.
 */
#include "cpu/asm.h"
#include "monitor/own.inc"

/*
 * void lethe_monitor_pen(void);
 *
 * The word becomes 0 when this CPU executes nothing but the pen, and reads nothing but its own slot of lethe_monitor: from
 * then on all other memory may change. It leaves for a word that is not 0, with x0 = the slot's context and x1-x3 = 0.
 *
 * In        none
 * Out       branches to the word
 * Clobbers  everything
 * State     EL1 or EL2; MMU and D-cache off; what this CPU has stored is at the PoC. EL2's registers as booting.rst asks
 *           when it leaves, whatever they were
 * Stack     its slot's, until the word is 0
 */
FUNC lethe_monitor_pen
	msr	daifset, #15			// no vectors yet; interrupts are nobody's
	msr	spsel, #1
	mrs	x20, CurrentEL
	cmp	x20, #CURRENTEL_EL2
	b.eq	.Lfrom_el2
	own_el1
	b	.Lknown
.Lfrom_el2:
	own_el2
.Lknown:
	own_code				// x19 = the slot, and sp
	cmp	x20, #CURRENTEL_EL2
	b.ne	.Larrived
	mov	x0, #0
	bl	lethe_monitor_prepare		// EL2's registers
	dsb	nsh				// an AmpereOne needs it before HCR_EL2 (AC04_CPU_23)
	msr	hcr_el2, x0			// in force, with all of EL2, behind the ISB at the end
.Larrived:
	str	x20, [x19, #LETHE_MONITOR_LEVEL]
	dsb	sy				// whoever sees the word at 0 finds the level, and every store of this CPU
	str	xzr, [x19]
	dsb	sy				// nobody starts a CPU whose word would become 0 later
	mov	w1, #1				// LETHE_MONITOR_OFF
	str	w1, [x19, #LETHE_MONITOR_STATE]
	dsb	sy				// both are out before anybody is woken to look
	sev					// who waits for this CPU may wait in a WFE
.Lwait:
	ldr	x1, [x19]
	cbnz	x1, .Lgo
	wfe					// who writes the word sends an event (booting.rst)
	b	.Lwait
.Lgo:
	ic	iallu				// where it goes was written while it waited
	dsb	sy				// complete on this CPU; and the context is read behind the word
	isb					// nothing behind was fetched before; EL2's registers are in force
	ldr	x0, [x19, #(LETHE_MONITOR_ID + 8)]
	mov	x2, #0
	mov	x3, #0
	mov	x9, x1
	mov	x1, #0
	br	x9
END lethe_monitor_pen
