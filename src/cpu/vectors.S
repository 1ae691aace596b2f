/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions, and the one load that is allowed to fault.
 *
 * Why assembly: a vector has no free register and perhaps no good stack.
 *
 * Three exceptions come back: one inside lethe_probe_read() (any kind), an HVC that is undefined
 * (lethe_hyp_stub_call()), and one SError in the window that entry.S opens. Everything else ends in lethe_fault() on a stack of its own; but while the TPIDR_ELx of our EL
 * is not 0 we are crossing: no memory may be touched any more, and it ends in registers alone. Scratch registers
 * are SP_EL0 (we run on SP_ELx), TPIDRRO_EL0 and TPIDR_EL0.
 *
 * From a lower level only a payload at EL1 can come, long after: an HVC gets "not supported" in x0 and finds all
 * else as it was; anything else halts.
 */
#include "cpu/asm.h"
#include "entry.h"
#include "cpu/fault.h"

	.macro	vector kind
#ifdef LETHE_PURGATORY				// in sections of their own: purgatory.ld fills the room between
	FUNC	lethe_vector_\kind
#else
	.balign	128
#endif
	msr	sp_el0, x0			// saved: the first free register
	mov	x0, #\kind
	b	.Lexception
#ifdef LETHE_PURGATORY
	END	lethe_vector_\kind
#endif
	.endm

#ifdef LETHE_PURGATORY				/* only what can come */
	vector	LETHE_FAULT_SYNC
	vector	LETHE_FAULT_IRQ
	vector	LETHE_FAULT_FIQ
	vector	LETHE_FAULT_SERROR
	FUNC	lethe_exception
.Lcrossing:					// ESR, ELR and FAR keep the rest of the story
	mov	x0, #LETHE_E_FAULT_ASM
	mov	x1, #LETHE_STAGE_HANDOFF_ASM
	b	lethe_halt
#else
	.section .text.lethe_vectors, "ax", %progbits
	.balign	2048
	.global	lethe_vectors
	.hidden	lethe_vectors
	.type	lethe_vectors, %function
lethe_vectors:
	.rept	2				// from our own level, on SP_EL0 and on SP_ELx
	vector	LETHE_FAULT_SYNC
	vector	LETHE_FAULT_IRQ
	vector	LETHE_FAULT_FIQ
	vector	LETHE_FAULT_SERROR
	.endr

	.balign	128				// from a lower level in AArch64, synchronous
	mrs	x0, esr_el2			// an HVC gives x0 away; what is no HVC does not go back
	lsr	x0, x0, #26			// EC
	cmp	x0, #0x16			// HVC: HCR_EL2.HCD does not stop it where there is an EL3
	b.ne	.Lcrossing
	mov	x0, #-1				// SMCCC: not supported
	eret					// synchronizes the context; flags come back from SPSR

	.rept	7				// its other three kinds, and AArch32
	.balign	128
	b	.Lcrossing
	.endr

#endif
.Lexception:
	msr	tpidrro_el0, x1			// saved
	mrs	x1, CurrentEL			// flags may go: eret restores them
	cmp	x1, #(2 << 2)
	b.lo	1f
	b.hi	2f
	mrs	x1, tpidr_el2
	cbnz	x1, .Lcrossing
	mrs	x1, elr_el2
	b	3f
1:	mrs	x1, tpidr_el1
	cbnz	x1, .Lcrossing
	mrs	x1, elr_el1
	b	3f
2:	mrs	x1, elr_el3
3:	msr	tpidr_el0, x2			// saved

	adr	x2, .Lhvc
	cmp	x1, x2
	b.eq	4f
	adr	x2, .Lprobe_start
	cmp	x1, x2
	b.lo	1f
	adr	x2, .Lprobe_end
	cmp	x1, x2
	b.hi	1f
4:	adr	x1, .Lprobe_failed
	b	.Lresume

1:	cmp	x0, #LETHE_FAULT_SERROR
	b.ne	.Lfatal
	adr_l	x2, lethe_serror_window_start
	cmp	x1, x2
	b.lo	.Lfatal
	adr_l	x2, lethe_serror_window_end
	cmp	x1, x2
	b.hi	.Lfatal
	mov	x0, #1
	adr_l	x1, lethe_serror_inherited
	str	w0, [x1]
	add	x1, x2, #4			// behind the window: a second one is not forgiven

.Lresume:					// x1 = where to go on
	mrs	x2, CurrentEL
	cmp	x2, #(2 << 2)
	b.lo	1f
	b.hi	2f
	msr	elr_el2, x1			// where ERET goes
	b	3f
1:	msr	elr_el1, x1			// likewise
	b	3f
2:	msr	elr_el3, x1			// likewise
3:	mrs	x2, tpidr_el0
	mrs	x1, tpidrro_el0
	mrs	x0, sp_el0
	eret					// synchronizes the context: ELR is in force

.Lfatal:
	adr_l	x2, lethe_fault_stack_end
	mov	sp, x2
	mov	x2, x1				// ELR
	mrs	x4, CurrentEL
	cmp	x4, #(2 << 2)
	b.lo	1f
	b.hi	2f
	mrs	x1, esr_el2
	mrs	x3, far_el2
	b	3f
1:	mrs	x1, esr_el1
	mrs	x3, far_el1
	b	3f
2:	mrs	x1, esr_el3
	mrs	x3, far_el3
3:	lsr	x4, x4, #2
	mov	x29, #0
	bl	lethe_fault
	b	lethe_halt			// not reached: lethe_fault does not return

#ifndef LETHE_PURGATORY
.Lcrossing:					// ESR, ELR and FAR keep the rest of the story
	mov	x0, #LETHE_E_FAULT_ASM
	mov	x1, #LETHE_STAGE_HANDOFF_ASM
	b	lethe_halt
	.size	lethe_vectors, . - lethe_vectors
#else
	END	lethe_exception
#endif

/*
 * int lethe_probe_read(uint64_t pa, uint32_t *value, uint32_t width, int maintain);
 *
 * Reads something that may not be there. maintain != 0: memory, its line is cleaned and invalidated first
 * (a stale or dirty line must not answer for it, nor land on it later); 0: a device register.
 *
 * In        x0 = PA, aligned to width    x1 = where the value goes    w2 = bytes: 1, 2 or 4    w3 = maintain
 * Out       w0 = 0, or -1 when the access was aborted (value is then untouched)
 * Clobbers  x0 x4 flags
 * Preserves all else
 * State     EL1, EL2 or EL3; MMU off, or on with a device register mapped (maintain 0); SError unmasked;
 *           lethe_vectors in force
 * Stack     0
 */
FUNC lethe_probe_read
	dsb	sy				// what earlier stores raise is not the probe's:
	isb					// it is taken here
.Lprobe_start:
	cbz	w3, 1f
	dc	civac, x0			// a line over it, if there is one
	dsb	sy				// the line is gone before the load
1:	cmp	w2, #2
	b.lo	2f
	b.eq	3f
	ldr	w4, [x0]
	b	4f
2:	ldrb	w4, [x0]
	b	4f
3:	ldrh	w4, [x0]
4:	dsb	sy				// the load, and an abort of it, is complete
	isb					// an SError it caused is taken here, not later
.Lprobe_end:
	str	w4, [x1]
	mov	w0, #0
	ret
.Lprobe_failed:
	mov	w0, #-1
	ret
END lethe_probe_read

/*
 * int64_t lethe_hyp_stub_call(uint64_t function, uint64_t entry, uint64_t argument);
 *
 * HVC to a hyp stub.
 *
 * In        x0 = function    x1, x2 = its arguments
 * Out       x0 as the stub leaves it; w0 = -1 when the HVC is undefined: no EL2, or it is disabled
 * Clobbers  x0-x17 flags, and x18
 * Preserves x19-x30 sp
 * State     EL1; MMU off; lethe_vectors in force
 * Stack     0
 */
	.global	lethe_hyp_stub_call			// of the same section as where it resumes, so not with FUNC
	.hidden	lethe_hyp_stub_call
	.type	lethe_hyp_stub_call, %function
lethe_hyp_stub_call:
.Lhvc:	hvc	#0
	ret
END lethe_hyp_stub_call
