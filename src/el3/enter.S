/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The pen of EL3, and the way out of it.
 *
 * Why assembly: a CPU comes without a stack, the loop may read nothing but its word, and ERET takes its registers from
 * where C cannot put them.
 */
#include <lethe/flash.h>

#include "cpu/asm.h"
#include "cpu/sysreg.h"
#include "el3/call.h"
#include "monitor/own.inc"

/*
 * void lethe_el3_vectors_on(uint64_t unused, uint64_t vectors, const struct lethe_flash *flash);
 *
 * In        x1 = vectors    x2 = parameters, where they look for them    x20 = current level
 * Out       none
 * Clobbers  flags
 * State     EL1, EL2 or EL3; MMU off
 * Stack     0
 */
FUNC lethe_el3_vectors_on
	cmp	x20, #2
	b.lo	1f
	b.eq	2f
	msr	vbar_el3, x1			// the vectors
	msr	tpidr_el3, x2			// and what they know
	b	3f
2:	msr	vbar_el2, x1			// as at EL3
	msr	tpidr_el2, x2			// likewise
	b	3f
1:	msr	vbar_el1, x1			// as at EL3
	msr	tpidr_el1, x2			// likewise
3:	isb					// in force
	ret
END lethe_el3_vectors_on

/*
 * void lethe_el3_arrive(void);
 *
 * The other CPUs come here from the reset vector when scratch memory is valid. A CPU whose word already leads somewhere
 * goes there at once: it was called before it came.
 *
 * In        x20 = current level
 * Out       does not return
 * Clobbers  everything
 * State     EL1, EL2 or EL3; MMU off; vectors of the file
 * Stack     none, then its slot's
 */
FUNC lethe_el3_arrive
	adr_l	x1, lethe_el3_vectors
	adr_l	x2, lethe_flash_start + LETHE_FLASH_CODE_SIZE // the parameters
	bl	lethe_el3_vectors_on
	own_slot
	b	lethe_el3_wait
END lethe_el3_arrive

/*
 * void lethe_el3_park(void);
 *
 * CPU_OFF. The CPU stays coherent, so what it has in its caches is lost to nobody.
 *
 * In        sp = the slot's stack, with the frame of a call
 * Out       does not return
 * Clobbers  everything
 * State     EL3; MMU off
 * Stack     0
 */
FUNC lethe_el3_park
	add	x19, sp, #EL3_FRAME
	sub	x19, x19, #LETHE_MONITOR_SIZE
	str	xzr, [x19]
	dsb	sy				// nobody starts a CPU whose word would become 0 later
	mov	w1, #1				// LETHE_MONITOR_OFF
	str	w1, [x19, #LETHE_MONITOR_STATE]
	dsb	sy				// seen by all, before this CPU waits
	b	lethe_el3_wait
END lethe_el3_park

/*
 * void lethe_el3_wait(void);
 *
 * In        x19 = this CPU's slot
 * Out       branches to the slot's word when that is not 0
 * Clobbers  x1 sp
 * State     EL1, EL2 or EL3; MMU off
 * Stack     0
 */
FUNC lethe_el3_wait
1:	ldr	x1, [x19]
	cbnz	x1, 2f
	wfe					// who writes the word sends an event
	b	1b
2:	ic	iallu				// where it goes may have been written while it waited
	dsb	sy				// complete on this CPU; and the slot is read behind the word
	isb					// nothing behind was fetched before
	add	x2, x19, #LETHE_MONITOR_SIZE
	mov	sp, x2
	br	x1
END lethe_el3_wait

/*
 * void lethe_monitor_secondary(void);
 *
 * A CPU that was called enters what it was called for, with EL3 as the boot CPU has it.
 *
 * In        x19 = its slot, with entry and context
 * Out       ERET to the entry
 * Clobbers  everything
 * State     EL3; MMU off
 * Stack     its slot's
 */
FUNC lethe_monitor_secondary
	bl	lethe_el3_own			// x0 = SPSR
	ldp	x10, x9, [x19, #(LETHE_MONITOR_ID + 8)] // context, entry
	mov	x11, #0
	mov	x12, #0
	mov	x13, #0
	str	wzr, [x19, #LETHE_MONITOR_STATE] // LETHE_MONITOR_ON
	dsb	sy				// seen by all before this CPU can say that it runs; and before the entry and
						// the context may be another's
	b	lethe_el3_enter
END lethe_monitor_secondary

/*
 * void lethe_el3_enter(uint64_t spsr);
 *
 * In        x0 = SPSR_EL3    x9 = entry    x10-x13 = x0-x3 there    sp = end of this CPU's slot
 * Out       ERET to the entry
 * Clobbers  everything
 * State     EL3; MMU off; every register of EL3 and below as the entry needs it
 * Stack     0
 */
FUNC lethe_el3_enter
	msr	spsr_el3, x0			// level, D A I F masked
	msr	elr_el3, x9			// the entry
	ic	iallu				// no instruction of an earlier program
	tlbi	alle3				// nor a translation, of any level
	tlbi	alle1
	tbz	x0, #3, 1f			// SPSR: there is no EL2
	tlbi	alle2
1:	dsb	sy				// complete; and every store of EL3 is out
	mov	x0, x10
	mov	x1, x11
	mov	x2, x12
	mov	x3, x13
	eret					// synchronizes the context
	dsb	nsh				// the CPU is not to speculate behind an ERET
	isb
END lethe_el3_enter

/*
 * void lethe_el3_boss(uint64_t spsr, uint64_t entry, const uint64_t x[4], uint64_t stack);
 *
 * The boot CPU's way to a bundle.
 *
 * In        x0 = SPSR_EL3    x1 = entry    x2 = x0-x3 there    x3 = end of its slot
 * Out       ERET to the entry
 * Clobbers  everything
 * State     as lethe_el3_enter
 * Stack     0
 */
FUNC lethe_el3_boss
	mov	x9, x1
	mov	sp, x3
	ldp	x10, x11, [x2]
	ldp	x12, x13, [x2, #16]
	b	lethe_el3_enter
END lethe_el3_boss

/*
 * The pen below EL3, which C copies into the payload's memory: a CPU waits for the word at x0 (booting.rst, spin-table).
 *
 * State     EL2 or EL1; MMU off
 */
	.section .rodata.lethe_el3_spin, "a", %progbits
	.balign	8
	.global	lethe_el3_spin, lethe_el3_spin_end
	.hidden	lethe_el3_spin, lethe_el3_spin_end
	.type	lethe_el3_spin, %function
lethe_el3_spin:
	mov	x5, x0
	mov	x0, #0
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
1:	wfe					// who writes the word sends an event
	ldr	x4, [x5]
	cbz	x4, 1b
	ic	iallu				// where it goes was written while it waited
	dsb	sy				// complete on this CPU
	isb					// nothing behind was fetched before
	br	x4
	.balign	8
	.size	lethe_el3_spin, . - lethe_el3_spin
lethe_el3_spin_end:
