/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The hand-off: the last code of Lethe, and the branch to the payload.
 *
 * Why assembly: after the first loads no instruction may access memory, and the order of each barrier matters.
 * Assumes destinations and tree at the PoC (publish did that).
 *
 * Register  From .. To            Holds
 * x9        load .. branch        entry
 * x10-x13   load .. branch        x0..x3 of the payload
 * x4, x5    load .. clean         our own memory
 * x14       load .. eret          HCR_EL2
 * x15       load .. eret          not 0: to EL1; above 1: where that goes on
 * x16       load .. branch        CurrentEL
 * x17       load .. branch        SCTLR_EL2
 */
#include <lethe/handoff.h>

#include "cpu/asm.h"
#include "cpu/sysreg.h"

/*
 * void lethe_handoff(const struct lethe_handoff *handoff);
 *
 * In        x0 = handoff, PA, 8-byte aligned
 * Out       does not return
 * Clobbers  everything
 * State     EL1 or EL2; MMU and D-cache on or off; SError unmasked
 * Stack     0
 */
FUNC lethe_handoff
	ldp	x9, x10, [x0, #LETHE_HANDOFF_ENTRY]
	ldp	x11, x12, [x0, #LETHE_HANDOFF_X1]
	ldp	x13, x14, [x0, #LETHE_HANDOFF_X3]
	ldp	x15, x17, [x0, #LETHE_HANDOFF_TO_EL1]
	ldp	x4, x5, [x0, #LETHE_HANDOFF_OWN_START]

	// Our last stores and every DC are complete. An SError that they caused is taken here and can be printed. The
	// next kernel does not get this SError.
	dsb	sy
	isb
	msr	daifset, #15
	// No dirty line of ours may reach the next kernel's memory later. The load above was the last memory access.
	mov	x0, x4
	mov	x1, x5
	bl	lethe_dcache_clean_inval_poc
	mov	x1, #1
	mrs	x16, CurrentEL
	cmp	x16, #CURRENTEL_EL2
	b.ne	.Lat_el1

	msr	tpidr_el2, x1			// from here an exception ends in registers alone: exception.S
	isb					// a Falkor may fetch at random if none is right before M = 0 (E1041)
	msr	sctlr_el2, x17			// M, C, I = 0: the known state
	isb					// no walk and no cached fetch from here on
	ic	ialluis				// no stale instruction from where the payload is now: no CPU's,
						// for those of a spin-table are live
	tlbi	alle2				// nor a translation of the old regimes
	tlbi	alle1
	dsb	ish				// both complete: the IC on every CPU, the TLBI on this one;
						// an AmpereOne needs it before HCR_EL2, too (AC04_CPU_23)
	msr	hcr_el2, x14
	isb					// fetches, traps and layouts are the payload's from here on
	cbnz	x15, .Lto_el1
.Lbranch:
	mov	x0, x10
	mov	x1, x11
	mov	x2, x12
	mov	x3, x13
	br	x9

.Lto_el1:
#ifdef LETHE_CPUS
	cmp	x15, #1
	b.eq	.Lwithout_monitor
	br	x15				// lethe_monitor_boss
.Lwithout_monitor:
#endif
	mov	x2, #SPSR_EL1H_MASKED
	msr	spsr_el2, x2			// EL1h, D A I F masked
	msr	elr_el2, x9			// the entry
	mov	x0, x10
	mov	x1, x11
	mov	x2, x12
	mov	x3, x13
	eret					// synchronizes the context
	dsb	nsh				// stops speculation past the ERET
	isb

.Lat_el1:
	msr	tpidr_el1, x1			// from here an exception ends in registers alone: exception.S
	mov_q	x2, SCTLR_EL1_OFF
	isb					// as at EL2
	msr	sctlr_el1, x2			// M, C, I = 0: the known state
	isb					// no walk and no cached fetch from here on
	ic	ialluis				// no stale instruction from where the payload is now: no CPU's,
						// for those of a spin-table are live
	tlbi	vmalle1				// nor a translation of the old regime
	dsb	ish				// both complete: the IC on every CPU, the TLBI on this one
	isb					// fetches as the payload finds them
	b	.Lbranch
END lethe_handoff
