/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The common entry of all doors: takes a CPU in an unknown state to a known state that can run C.
 *
 * Why assembly: no stack, no vectors, no known system register yet.
 *
 * A door masks DAIF, fills x19 and x24, makes sure that the MMU is off, and branches to
 * lethe_entry_common. The entry relies on no other state. sp, VBAR, SCTLR beyond M and C, HCR with E2H
 * and TGE, traps and the I-cache may be stale, so each is written whole.
 *
 * Register  From .. To                    Holds
 * x19       door .. C                     the door's argument, its C entry's second
 * x20       find_out .. C                 current EL, 1, 2 or 3
 * x21       find_out .. C                 HCR_EL2.E2H in force (0 at EL1)
 * x22       find_out .. C                 PA of byte 0 of the Image
 * x24       door .. C                     the door's C entry
 * x2        known_state .. clean          SCTLR of this EL
 *
 * The macros are the blocks of lethe_entry_common, in order. If a block differs by level, EL2 comes
 * first: most machines enter at EL2.
 */
#include "cpu/asm.h"
#include "cpu/feature.h"
#include "cpu/sysreg.h"
#include "entry.h"

	/* Finds the exception level and Lethe's place in memory. */
	.macro	find_out
	msr	spsel, #1			// our stack pointer is SP_ELx; SP_EL0 is a scratch register
	mrs	x20, CurrentEL
	lsr	x20, x20, #CURRENTEL_SHIFT
	mov	x21, #0
	adr	x22, lethe_image_start		// adr, not adrp: this must be right at any address
	tst	x22, #0xfff
	b.ne	.Lmisaligned
	.endm

	/* Sets our vectors, SCTLR_ELx and HCR_EL2. Ends at .Lstop_profiling, at EL3 at .Lgcs_off. */
	.macro	known_state
	adr_l	x1, lethe_vectors
	mov_q	x2, SCTLR_EL2_OFF
	cmp	x20, #2
	b.lo	.Lknown_el1
	b.hi	.Lknown_el3

	msr	tpidr_el2, xzr			// not in the hand-off: exception.S
	// A single ISB for all writes below: no write relies on another, and no memory is accessed between.
	msr	vbar_el2, x1			// our vectors
	msr	sctlr_el2, x2			// M, C, I, A, WXN, EE = 0
	mov_q	x3, HCR_RW | HCR_AMO		// TGE, VM, DC, E2H = 0: known layouts; SErrors come here
	mrs	x4, ID_AA64MMFR4_EL1
	tbz	x4, #SIGN_BIT(MMFR4_E2H0), .Lwrite_hcr	// E2H0 is negative if E2H is RES1. Then
	mov_q	x4, HCR_E2H			// writing 0 would leave E2H in no known state
	orr	x3, x3, x4
.Lwrite_hcr:
	dsb	nsh				// an AmpereOne needs it before HCR_EL2 (AC04_CPU_23)
	msr	hcr_el2, x3			// whole: the layouts of CPTR, CNTHCTL, TCR change
	// Find out E2H: some CPUs have E2H RES1 without an ID field for it. With E2H = 1 FAR_EL1 names
	// FAR_EL2. Two patterns, so that a stale FAR_EL1 cannot match both by chance.
	mov	x3, #0x5a5a
	msr	far_el2, x3			// named so in both layouts
	isb					// the writes above are in force, also for the alias
	mrs	x4, far_el1
	cmp	x4, x3
	b.ne	.Lstop_profiling
	mvn	x3, x3
	msr	far_el2, x3			// the second pattern
	isb					// likewise
	mrs	x4, far_el1
	cmp	x4, x3
	b.ne	.Lstop_profiling
	mov	x21, #1
	mrs	x3, hcr_el2
	orr	x3, x3, x21, lsl #HCR_E2H_BIT
	msr	hcr_el2, x3			// E2H as in force: sha256_ce.S and relocate.S read it here
	isb					// in force, whatever the CPU made of the 0
	b	.Lstop_profiling

.Lknown_el3:
	msr	tpidr_el3, xzr			// as at EL2
	msr	vbar_el3, x1			// likewise
	msr	sctlr_el3, x2
	isb					// vectors and SCTLR are in force
	b	.Lgcs_off			// the check stage refuses EL3 and says so

.Lknown_el1:
	msr	tpidr_el1, xzr			// as at EL2
	msr	vbar_el1, x1			// likewise
	mov_q	x2, SCTLR_EL1_OFF
	msr	sctlr_el1, x2			// M, C, I, A, WXN, EE = 0
	isb					// vectors and SCTLR are in force
	.endm

	/*
	 * Statistical profiling writes to memory through the old kernel's addresses. Drains and stops it if
	 * this EL owns the buffer (PMBIDR_EL1.P clear).
	 */
	.macro	stop_profiling
	mrs	x3, id_aa64dfr0_el1
	ubfx	x4, x3, #DFR0_PMSVER, #4
	cbz	x4, .Lstop_trace
	mrs	x4, PMBIDR_EL1
	tbnz	x4, #PMBIDR_P_BIT, .Lstop_trace
	msr	PMSCR_EL1, xzr			// no sample of EL1
	cmp	x20, #2
	b.ne	.Lno_new_sample
	msr	PMSCR_EL2, xzr			// nor of EL2
.Lno_new_sample:
	isb					// no new sample
	hint	#HINT_PSB_CSYNC			// pending samples are written ...
	dsb	nsh				// ... and the writes are complete
	msr	PMBLIMITR_EL1, xzr		// E = 0
	isb					// profiling is off
	.endm

	/* Trace writes to memory likewise (TRBIDR_EL1.P). x3 = ID_AA64DFR0_EL1. */
	.macro	stop_trace
	ubfx	x4, x3, #DFR0_TRACEBUFFER, #4
	cbz	x4, .Lgcs_off
	mrs	x4, TRBIDR_EL1
	tbnz	x4, #TRBIDR_P_BIT, .Lgcs_off
	msr	TRFCR_EL1, xzr			// no trace of EL1
	cmp	x20, #2
	b.ne	.Lno_new_trace
	msr	TRFCR_EL2, xzr			// nor of EL2
.Lno_new_trace:
	isb					// no new trace
	hint	#HINT_TSB_CSYNC			// what is on its way is written ...
	hint	#HINT_TSB_CSYNC			// ... by a Cortex-A710 or Neoverse N2 no sooner (2054223, 2067961)
	dsb	nsh				// ... and the writes are complete
	msr	TRBLIMITR_EL1, xzr		// E = 0
	isb					// trace is off
	.endm

	/*
	 * A guarded control stack left on would make the first RET fault. CHKFEAT tells if it is on, and is a
	 * NOP on older CPUs (Arm ARM, "Check Feature"). The registers are touched only then: firmware that
	 * keeps them (SCR_EL3.GCSEn = 0) also keeps the stack off, and would not return from an access.
	 */
	.macro	gcs_off
	mov	x16, #CHKFEAT_GCS
	hint	#HINT_CHKFEAT			// CHKFEAT X16: clears the bit if this EL's stack is on
	cbnz	x16, .Lown_memory
	cmp	x20, #2
	b.lo	.Lgcs_off_el1
	b.hi	.Lown_memory			// EL3: refused soon, and GCSCR_EL3 is firmware's
	msr	GCSCR_EL2, xzr			// off
	b	.Lgcs_is_off
.Lgcs_off_el1:
	msr	GCSCR_EL1, xzr			// off
.Lgcs_is_off:
	isb					// off before the first call
	.endm

	/*
	 * A dirty line over our own memory could be written back at any later time. As soon as I = 1,
	 * fetches look into unified caches, so a stale line could answer a fetch. x4 = SCTLR afterwards.
	 */
	.macro	clean_own_memory
	mov	x0, x22
	adr_l	x1, lethe_own_end		// .crew is left out: lethe_chunks_begin cleans its marks, the stacks are met in the caches
	mov	x4, x2
	bl	lethe_dcache_clean_inval_poc
	.endm

	/*
	 * No ISB after I = 1: no code relies on I = 1. Instruction caches may hold fetches made with I = 0, too, but
	 * no store has reached this code since the loader's, which left no stale instruction of it (booting.rst).
	 */
	.macro	icache_on
	ic	iallu				// the I side may hold lines of an earlier program
	dsb	nsh				// the invalidation is complete on this CPU
	orr	x4, x4, #SCTLR_I
	cmp	x20, #2
	b.lo	.Licache_on_el1
	b.hi	.Licache_on_el3
	msr	sctlr_el2, x4			// I = 1
	b	.Lserror_window
.Licache_on_el1:
	msr	sctlr_el1, x4			// the same at each level: I = 1
	b	.Lserror_window
.Licache_on_el3:
	msr	sctlr_el3, x4
	.endm

	/*
	 * A loader may run Lethe where it lies in flash. What follows would store, perhaps commands to the flash, read
	 * back something else and end in endless exceptions. All ones are the command to go back to reading; erased
	 * flash reads as all ones.
	 */
	.macro	ram_only
	adr_l	x0, lethe_stack_end
	mov	x1, #-1
	str	x1, [x0, #-16]
	ldr	x3, [x0, #-16]
	cmp	x3, x1
	b.ne	.Lnot_in_ram
	str	xzr, [x0, #-16]
	ldr	x3, [x0, #-16]
	cbnz	x3, .Lnot_in_ram
	.endm

	.macro	zero_bss			// 16-byte aligned, both ends
	adr_l	x0, lethe_bss_start
	adr_l	x1, lethe_bss_end
.Lzero_next:
	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	.Lzero_next
	.endm

	.macro	enter_c
	adr_l	x0, lethe_stack_end
	mov	sp, x0
	mov	x0, x22
	mov	x1, x19
	mov	x2, x20
	mov	x3, x21
	mov	x29, #0				// end of the frame chain
	br	x24				// does not return
	.endm

/*
 * void lethe_entry_common(void);
 *
 * Puts the CPU into a known state and calls the door's C entry with x0 = base, x1 = argument, x2 = EL,
 * x3 = E2H (entry.h).
 *
 * In        x19 = the door's argument    x24 = the door's C entry
 * Out       does not return
 * Clobbers  everything
 * State     EL1, EL2 or EL3; MMU off; DAIF masked
 * Stack     none until the end, then lethe_stack
 */
FUNC lethe_entry_common
	find_out
	known_state
.Lstop_profiling:
	stop_profiling
.Lstop_trace:
	stop_trace
.Lgcs_off:
	gcs_off
.Lown_memory:
	clean_own_memory
	icache_on
.Lserror_window:
	bl	lethe_serror_window		// before our first store: a later SError may be our own
#ifndef LETHE_PURGATORY				// a kernel has put that into RAM
	ram_only
#endif
	zero_bss
	enter_c

.Lmisaligned:
	mov	x0, #LETHE_E_IMAGE_BASE_ASM
	mov	x1, #LETHE_STAGE_ENTRY_ASM
	b	lethe_halt
#ifndef LETHE_PURGATORY
.Lnot_in_ram:
	mov	x0, #LETHE_E_SELF_ASM
	mov	x1, #LETHE_STAGE_ENTRY_ASM
	b	lethe_halt
#endif
END lethe_entry_common
