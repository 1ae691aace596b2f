/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions from our own level. The tables of vectors (cpu/vectors.S, purgatory/vectors.S) branch to this file.
 *
 * Why assembly: a vector has no free register and perhaps no good stack.
 *
 * Three kinds of exception come back: any behind the first instruction of the window of lethe_probe_read, an undefined
 * HVC of lethe_hyp_stub_call or SMC of lethe_smc, and one SError in lethe_serror_window. All others end in lethe_fault,
 * on a stack of its own. During the hand-off TPIDR_ELx of our EL is not 0: no memory may be touched any more, and the exception ends in
 * registers alone. So does one whose stack keeps no store, or exceptions would follow for ever: in the first
 * instructions Lethe may turn out to be in flash. A purgatory was put into RAM by a kernel. Scratch registers are SP_EL0
 * (Lethe runs on SP_ELx), TPIDRRO_EL0 and TPIDR_EL0.
 */
#include "cpu/asm.h"
#include "cpu/fault.h"
#include "cpu/sysreg.h"
#include "entry.h"

/*
 * void lethe_exception(uint64_t kind);
 *
 * In        x0 = LETHE_FAULT_*    SP_EL0 = x0 of the interrupted code
 * Out       ERET to lethe_probe_failed or past the SError window; else lethe_fault, or lethe_halt if there is no stack
 * Clobbers  TPIDRRO_EL0 TPIDR_EL0
 * Preserves all else, if lethe_exception returns
 * State     EL1, EL2 or EL3, as the exception was taken
 * Stack     0 on a return, else lethe_fault_stack from its end
 */
FUNC lethe_exception
	msr	tpidrro_el0, x1			// saved
	mrs	x1, CurrentEL			// flags may change: eret restores them
	cmp	x1, #CURRENTEL_EL2
	b.lo	.Lfrom_el1
	b.hi	.Lfrom_el3
	mrs	x1, tpidr_el2
	cbnz	x1, lethe_fault_in_handoff
	mrs	x1, elr_el2
	b	.Lhave_elr
.Lfrom_el1:
	mrs	x1, tpidr_el1
	cbnz	x1, lethe_fault_in_handoff
	mrs	x1, elr_el1
	b	.Lhave_elr
.Lfrom_el3:
	mrs	x1, elr_el3

.Lhave_elr:					// x1 = ELR
	msr	tpidr_el0, x2			// saved
	adr	x2, lethe_hyp_stub_call		// the first instruction is the HVC
	cmp	x1, x2
	adr	x2, lethe_smc			// likewise, the SMC
	ccmp	x1, x2, #4, ne
	ccmp	x0, #LETHE_FAULT_SYNC, #0, eq	// an SError there is not the call's
	b.eq	.Lno_answer
	adr	x2, lethe_probe_start		// exclusive: nothing of the probe's has run there
	cmp	x1, x2
	b.ls	.Lis_serror
	adr	x2, lethe_probe_end
	cmp	x1, x2
	b.hi	.Lis_serror
.Lno_answer:
	adr	x1, lethe_probe_failed		// returns -1, for HVC and SMC as well
	b	.Lresume

.Lis_serror:
	cmp	x0, #LETHE_FAULT_SERROR
	b.ne	.Lfatal
	adr	x2, lethe_serror_window
	cmp	x1, x2
	b.lo	.Lfatal
	adr	x2, lethe_serror_window_end
	cmp	x1, x2
	b.hi	.Lfatal
	mov	x0, #1
	adr_l	x1, lethe_fault_serror_inherited
	str	w0, [x1]
	add	x1, x2, #4			// past the window: a second SError is fatal

.Lresume:					// x1 = the address to resume at
	mrs	x2, CurrentEL
	cmp	x2, #CURRENTEL_EL2
	b.lo	.Lresume_el1
	b.hi	.Lresume_el3
	msr	elr_el2, x1			// the target of ERET
	b	.Lreturn
.Lresume_el1:
	msr	elr_el1, x1			// likewise
	b	.Lreturn
.Lresume_el3:
	msr	elr_el3, x1			// likewise
.Lreturn:
	mrs	x2, tpidr_el0
	mrs	x1, tpidrro_el0
	mrs	x0, sp_el0
	eret					// synchronizes the context: ELR is in force

.Lfatal:
	adr_l	x2, lethe_fault_stack_end
	mov	sp, x2
#ifndef LETHE_PURGATORY
	adr	x3, .Ltry_stack
	cmp	x1, x3
	b.eq	.Lno_stack			// from this very store
	mov	x3, #-1				// a command to flash as well: back to reading
.Ltry_stack:
	str	x3, [sp, #-16]
	ldr	x4, [sp, #-16]
	cmp	x4, x3
	b.ne	.Lno_stack
#endif
	mov	x2, x1				// ELR
	mrs	x4, CurrentEL
	cmp	x4, #CURRENTEL_EL2
	b.lo	.Lfatal_el1
	b.hi	.Lfatal_el3
	mrs	x1, esr_el2
	mrs	x3, far_el2
	b	.Lreport
.Lfatal_el1:
	mrs	x1, esr_el1
	mrs	x3, far_el1
	b	.Lreport
.Lfatal_el3:
	mrs	x1, esr_el3
	mrs	x3, far_el3
.Lreport:
	lsr	x4, x4, #CURRENTEL_SHIFT
	mov	x29, #0				// end of the frame chain
	bl	lethe_fault
	b	lethe_halt			// not reached: lethe_fault does not return
#ifndef LETHE_PURGATORY
.Lno_stack:
	mov	x0, #LETHE_E_FAULT_ASM
	mov	x1, #LETHE_STAGE_ENTRY_ASM	// entry.S goes no further without such a stack
	b	lethe_halt
#endif
END lethe_exception

/*
 * void lethe_fault_in_handoff(void);
 *
 * The end of an exception during the hand-off, without a console line. ESR, ELR and FAR still describe the exception.
 *
 * In        none
 * Out       does not return: halts with LETHE_E_FAULT and the hand-off's number
 * Clobbers  x0 x1
 * State     any EL
 * Stack     0
 */
FUNC lethe_fault_in_handoff
	mov	x0, #LETHE_E_FAULT_ASM
	mov	x1, #LETHE_STAGE_HANDOFF_ASM
	b	lethe_halt
END lethe_fault_in_handoff
