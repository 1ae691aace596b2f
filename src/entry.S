/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first instructions, of the Image door and of the library door.
 *
 * Why assembly: no stack, no vectors, no known system register yet.
 * The Image door assumes only what booting.rst promises: x0 = device tree or 0, MMU off, the loaded Image
 * clean to the PoC. The library door comes from lethe_boot() or from a hyp stub: x0 = cargo, the workspace
 * at the PoC, MMU off or on with the workspace identity-mapped. Everything else (sp, VBAR, SCTLR beyond M
 * and C, HCR with E2H and TGE, traps, DAIF, the I-cache) is taken as stale and written whole.
 *
 * Register  From .. To               Holds
 * x19       entry .. C               x0 as the loader passed it
 * x20       entry .. C               current EL, 1, 2 or 3
 * x21       entry .. C               HCR_EL2.E2H in force (0 at EL1)
 * x22       entry .. C               PA of byte 0 of the Image
 * x23       entry .. C               library door: cargo; else 0
 */
#include "cpu/asm.h"
#include "cpu/sysreg.h"
#include "entry.h"

/*
 * void lethe_library_entry(const struct lethe_library_args *cargo);
 *
 * Leaves the caller's map, and goes on as lethe_entry.
 *
 * In        x0 = cargo, PA
 * Out       does not return
 * Clobbers  everything
 * State     EL1 or EL2; MMU off, or on with an identity map of this code
 * Stack     as lethe_entry
 */
FUNC lethe_library_entry
	msr	daifset, #15			// the caller's vectors may not be reachable any more
	mov	x23, x0
	mov	x19, #0				// no loader's tree
	mrs	x20, CurrentEL
	cmp	x20, #(2 << 2)
	b.eq	1f
	mov_q	x2, SCTLR_EL1_OFF
	msr	sctlr_el1, x2			// M, C, I = 0
	b	2f
1:	mov_q	x2, SCTLR_EL2_OFF
	msr	sctlr_el2, x2			// M, C, I = 0
2:	isb					// no walk of the caller's tables from here on: not while HCR changes
	b	lethe_entry_known
END lethe_library_entry

/*
 * void lethe_entry(uint64_t tree);
 *
 * Puts the CPU into a known state and calls lethe_image_main().
 *
 * In        x0 = device tree or 0
 * Out       does not return
 * Clobbers  everything
 * State     EL1, EL2 or EL3; MMU off
 * Stack     none until the end, then lethe_stack
 */
FUNC lethe_entry
	msr	daifset, #15			// nothing may come in before there are vectors
	mov	x19, x0
	mov	x23, #0
lethe_entry_known:
	msr	spsel, #1			// our stack pointer is SP_ELx; SP_EL0 is a scratch register
	mrs	x20, CurrentEL
	lsr	x20, x20, #2
	mov	x21, #0
	adr	x22, lethe_image_start		// adr, not adrp: this must be right at any address
	tst	x22, #0xfff
	b.ne	.Lmisaligned

	adr_l	x1, lethe_vectors
	mov_q	x2, SCTLR_EL2_OFF
	cmp	x20, #2
	b.lo	.Lel1
	b.hi	.Lel3

.Lel2:	msr	tpidr_el2, xzr			// not crossing: vectors.S
	// One ISB for all of these: none relies on another, and no memory is accessed between.
	msr	vbar_el2, x1			// our vectors
	msr	sctlr_el2, x2			// M, C, I, A, WXN, EE = 0
	mov_q	x3, HCR_RW | HCR_AMO		// TGE, VM, DC, E2H = 0: known layouts; SErrors come here
	mrs	x4, s3_0_c0_c7_4		// ID_AA64MMFR4_EL1
	tbz	x4, #27, 1f			// E2H0, signed: negative where E2H is RES1,
	mov_q	x4, HCR_E2H			// and a 0 written there leaves it in no known state
	orr	x3, x3, x4
1:	msr	hcr_el2, x3			// whole: the layouts of CPTR, CNTHCTL, TCR change
	// What is E2H now? Some CPUs have it RES1 and do not say so. With E2H = 1 FAR_EL1 names
	// FAR_EL2; two patterns, so that a chance match of a stale FAR_EL1 cannot deceive.
	mov	x3, #0x5a5a
	msr	far_el2, x3			// named so in both layouts
	isb					// all of the above is in force, and the alias sees it
	mrs	x4, far_el1
	cmp	x4, x3
	b.ne	.Lprofiling
	mvn	x3, x3
	msr	far_el2, x3			// the second pattern
	isb					// likewise
	mrs	x4, far_el1
	cmp	x4, x3
	cset	x21, eq
	b	.Lprofiling

.Lel3:	msr	tpidr_el3, xzr			// as at EL2
	msr	vbar_el3, x1			// likewise
	msr	sctlr_el3, x2
	isb					// vectors and SCTLR are in force
	b	.Lcaches			// C refuses EL3, aloud

.Lel1:	msr	tpidr_el1, xzr			// as at EL2
	msr	vbar_el1, x1			// likewise
	mov_q	x2, SCTLR_EL1_OFF
	msr	sctlr_el1, x2			// M, C, I, A, WXN, EE = 0
	isb					// vectors and SCTLR are in force

	// Statistical profiling and trace write to memory through the old kernel's addresses. Drain and stop
	// them where this EL owns the buffer (PMBIDR_EL1.P, TRBIDR_EL1.P clear).
.Lprofiling:
	mrs	x3, id_aa64dfr0_el1
	ubfx	x4, x3, #32, #4			// PMSVer
	cbz	x4, 1f
	mrs	x4, s3_0_c9_c10_7		// PMBIDR_EL1
	tbnz	x4, #4, 1f
	msr	s3_0_c9_c9_0, xzr		// PMSCR_EL1 = 0: no sample of EL1
	cmp	x20, #2
	b.ne	2f
	msr	s3_4_c9_c9_0, xzr		// PMSCR_EL2 = 0: nor of EL2
2:	isb					// no new sample
	hint	#17				// PSB CSYNC: those on their way are written ...
	dsb	nsh				// ... and the writes are complete
	msr	s3_0_c9_c10_0, xzr		// PMBLIMITR_EL1.E = 0
	isb					// profiling is off
1:	ubfx	x4, x3, #44, #4			// TraceBuffer
	cbz	x4, .Lcaches
	mrs	x4, s3_0_c9_c11_7		// TRBIDR_EL1
	tbnz	x4, #4, .Lcaches
	msr	s3_0_c1_c2_1, xzr		// TRFCR_EL1 = 0: no trace of EL1
	cmp	x20, #2
	b.ne	2f
	msr	s3_4_c1_c2_1, xzr		// TRFCR_EL2 = 0: nor of EL2
2:	isb					// no new trace
	hint	#18				// TSB CSYNC: what is on its way is written ...
	dsb	nsh				// ... and the writes are complete
	msr	s3_0_c9_c11_0, xzr		// TRBLIMITR_EL1.E = 0
	isb					// trace is off

.Lcaches:
	// A guarded control stack left on would make the first RET fault.
	mrs	x3, id_aa64pfr1_el1
	ubfx	x4, x3, #44, #4			// GCS
	cbz	x4, 3f
	cmp	x20, #2
	b.lo	1f
	b.hi	3f				// EL3: refused soon, and GCSCR_EL3 is firmware's
	msr	s3_4_c2_c5_0, xzr		// GCSCR_EL2 = 0
	b	2f
1:	msr	s3_0_c2_c5_0, xzr		// GCSCR_EL1 = 0
2:	isb					// off before the first call
3:
	// A dirty line left over our own memory could be evicted onto it at any time later; a stale one could
	// answer a fetch as soon as I = 1 lets fetches look into unified caches.
	mov	x0, x22
	adr_l	x1, lethe_blob_end
	mov	x4, x2				// SCTLR
	bl	lethe_dcache_clean_inval_poc
	// The I side may hold lines of whatever was here before.
	ic	iallu
	dsb	nsh				// the invalidation is complete on this CPU
	orr	x4, x4, #SCTLR_I
	cmp	x20, #2
	b.lo	1f
	b.hi	2f
	msr	sctlr_el2, x4			// I = 1
	b	3f
1:	msr	sctlr_el1, x4			// the same at each level: I = 1
	b	3f
2:	msr	sctlr_el3, x4
3:	// Nothing relies on I = 1, and what was fetched so far came from memory: no ISB.

	// An SError that was pending when we came is the last stage's: log it, go on. At most one is
	// forgiven: the handler resumes behind the window. Before our own first store: what that raises is ours.
	.global	lethe_serror_window_start
	.hidden	lethe_serror_window_start
lethe_serror_window_start:
	msr	daifclr, #4			// SError unmasked
	isb					// a pending SError is taken here
	.global	lethe_serror_window_end
	.hidden	lethe_serror_window_end
lethe_serror_window_end:
	nop

	adr_l	x0, lethe_bss_start		// 16-byte aligned, both ends
	adr_l	x1, lethe_bss_end
1:	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	1b

	adr_l	x0, lethe_stack_end
	mov	sp, x0

	mov	x0, x22
	mov	x1, x19
	mov	x2, x20
	mov	x3, x21
	mov	x29, #0				// end of the frame chain
	cbz	x23, 1f
	mov	x1, x23
	bl	lethe_library_main		// does not return
1:	bl	lethe_image_main		// nor does this

.Lmisaligned:
	mov	x0, #LETHE_E_IMAGE_BASE_ASM
	mov	x1, #0
	b	lethe_halt
END lethe_entry

/*
 * void lethe_restart(void);
 *
 * The road is to be taken again, by another slot: whoever calls, and whatever is on the stack, is forgotten.
 *
 * In        none
 * Out       does not return
 * Clobbers  everything
 * State     EL1 or EL2; MMU on or off; on either stack
 * Stack     lethe_stack, from its end
 */
FUNC lethe_restart
	adr_l	x0, lethe_stack_end
	mov	sp, x0
	mov	x29, #0				// end of the frame chain
	msr	daifclr, #4			// SErrors come again: an exception had masked them
	bl	lethe_next_slot			// does not return
END lethe_restart
