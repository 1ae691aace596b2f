/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two CPUs. PSCI starts the second, which runs `second` with the MMU off. The first CPU waits until
 * the second is done, so no result depends on speed.
 */
// all: smp=2 expect=read-stale@bad
// case right: expect=none el=1,2,2h
// case right_before: expect=none
// case right_uncached: expect=none
// case right_read: expect=none el=1,2,2h
// case right_both_cached: expect=none
// case right_code: expect=none
// case right_code_is: expect=none
// case mailbox: el=1,2,2h
// case mailbox_civac_before:
// case mailbox_no_dsb:
// case mailbox_other_dsb:
// case read: expect=read-under-dirty@there el=1,2,2h
// case read_no_dsb: expect=read-under-dirty@there
// case read_other_dsb: expect=read-under-dirty@there
// case read_ish: expect=read-under-dirty@there
// case store: expect=write-under-dirty@there
// case store_into: expect=store-into-stale@bad
// case hostile: expect=read-under-dirty@there
// case second_cached: expect=read-under-dirty@bad
// case second_no_tlbi: expect=tlb-stale@there
// case second_context: expect=context@there
// case second_thrown: expect=read-thrown@bad
// case right_code_there: expect=none el=1,2,2h
// case right_code_there_ivau: expect=none
// case code_there_no_isb: expect=fetch-no-isb@target
// case code_there_no_dsb: expect=fetch-no-dsb@target
// case code_there_before: expect=fetch-no-ic@target
// case code_iallu: expect=fetch-no-ic@target
// case code_no_isb: expect=fetch-no-isb@target
// case code_isb_here: expect=fetch-no-isb@target
// case outside: expect=write-outside@there args=write={cell}-{cell_end},write={done}-{done_end}
#include "common.h"
/* The second CPU does the IC for what the first has stored, cleaned and completed. */
#define THERE	(is_right_code_there || is_right_code_there_ivau || is_code_there_no_isb || is_code_there_no_dsb || \
	is_code_there_before)
#define CODE	(THERE || is_right_code || is_right_code_is || is_code_iallu || is_code_no_isb || is_code_isb_here)

	begin
	mrs	x0, mpidr_el1
	and	x0, x0, #0xff
	adr	x20, cell
	adr	x21, flag
#if is_right || is_right_before || is_right_read || is_right_both_cached || is_mailbox || \
	is_mailbox_civac_before || is_mailbox_no_dsb || is_mailbox_other_dsb || is_read || \
	is_read_no_dsb || is_read_other_dsb || is_read_ish || is_store || is_store_into || \
	is_second_thrown
	mmu_on
#endif
	// The first CPU's part before the second starts.
#if is_right_read || is_read || is_read_no_dsb || is_read_other_dsb || is_read_ish || is_store || \
	is_right_both_cached
	str	x20, [x20]
#if is_right_read
	dc	civac, x20
	dsb	sy
#elif is_read
	dsb	sy
#elif is_read_no_dsb || is_read_other_dsb
	dc	civac, x20
#elif is_read_ish
	dc	civac, x20
	dsb	ish				// all CPUs; but not a CPU with caches off
#endif
#elif is_mailbox_civac_before || is_right_before
	dc	civac, x20
	dsb	sy
#endif
#if is_right_before
	mmu_off
	dc	civac, x20			// with no mapping that refills the line
	dsb	sy
#endif

	imm	x0, 0xc4000003			// CPU_ON
	mov	x1, #1
	adr	x2, second
	mov	x3, #0
	CONDUIT
	cbnz	x0, fault
#if CODE
	// The second CPU runs `target` once, and reports.
1:	ldr	x2, [x21]
	cbz	x2, 1b
	adr	x1, target
	adr	x2, patch
	ldr	w2, [x2]
	str	w2, [x1]
	dmb	sy
	// the fetches of the other may have brought the line in
	dc	civac, x1
	dsb	sy
#if is_code_iallu
	ic	iallu				// mine
#elif !THERE
	ic	ialluis
#endif
	dsb	sy
	isb
	mov	x2, #2
	str	x2, [x21]
	dsb	sy
#endif
	bl	wait

#if is_right || is_mailbox_no_dsb || is_mailbox_other_dsb
	dc	civac, x20
#if is_right
	dsb	sy
#elif is_mailbox_no_dsb
	dsb	ish
#endif
	ldr	x2, [x20]
#elif is_right_before
	set_sctlr SCTLR_ON
	ldr	x2, [x20]
#elif is_mailbox || is_mailbox_civac_before
bad:	ldr	x2, [x20]
#elif is_store_into
bad:	str	x20, [x20, #8]
#elif is_right_uncached || is_second_cached
bad:	ldr	x2, [x20]
#elif is_second_thrown
bad:	ldr	x2, [x20]
#elif is_right_both_cached
	ldr	x2, [x20, #8]
#endif
#if is_mailbox_no_dsb || is_mailbox_other_dsb
	.equ	bad, . - 4
#endif
	b	exit

	// Uncached, with the MMU on or off. AFFINITY_INFO says OFF before the start, too.
wait:	adr	x3, done
	mrs	x2, SYS(sctlr)
	tbz	x2, #0, 1f
	imm	x2, AS_NC
	add	x3, x3, x2
1:	ldr	x2, [x3]
	cbz	x2, 1b
	dmb	sy
	ret

	// The second CPU: registers only, except for the tested access.
second:
#if E2H
	imm	x9, (1 << 34) | (1 << 31) | (1 << 27)
	msr	hcr_el2, x9
	isb
#endif
	imm	x9, SCTLR_OFF
	msr	SYS(sctlr), x9
	adr	x9, vectors
	msr	SYS(vbar), x9
	isb
	adr	x20, cell
	adr	x21, flag
#if is_right || is_right_before || is_right_uncached || is_mailbox || is_mailbox_civac_before || \
	is_mailbox_no_dsb || is_mailbox_other_dsb || is_store_into
	str	x20, [x20]
	dsb	sy
#elif is_right_read || is_read || is_read_no_dsb || is_read_ish
there:	ldr	x2, [x20]
#elif is_read_other_dsb
	// completes its own maintenance, not the first CPU's
	dsb	sy
there:	ldr	x2, [x20]
#elif is_store
there:	str	x2, [x20, #16]
#elif is_hostile
	adr	x2, hostile
there:	ldr	x2, [x2]
#elif is_second_cached
	mmu_on
	str	x20, [x20]
	dsb	sy
	mmu_off
#elif is_second_thrown
	mmu_on
	str	x20, [x20]
	dc	ivac, x20
	dsb	sy
	mmu_off
#elif is_right_both_cached
	mmu_on
	ldr	x2, [x20]
	str	x2, [x20, #8]
	dsb	ish
	mmu_off
#elif is_second_no_tlbi
	// The first CPU's TLBI was local, or absent.
	imm	x9, MAIR_ON
	msr	SYS(mair), x9
	imm	x9, TCR_ON
	msr	SYS(tcr), x9
	adr	x9, tables
	msr	SYS(ttbr0), x9
	isb
	imm	x9, SCTLR_ON
there:	msr	SYS(sctlr), x9
	isb
	mmu_off
#elif is_second_context
	mmu_prepare
	imm	x9, SCTLR_ON
	msr	SYS(sctlr), x9
there:	ldr	x2, [x20]
	isb
	mmu_off
#elif is_outside
	str	x20, [x20]
there:	str	x20, [x21]
#elif CODE
	set_sctlr (SCTLR_OFF | SCTLR_I)
	adr	x1, target
	blr	x1
#if is_code_there_before
	ic	iallu				// the first CPU has not stored yet
	dsb	sy
#endif
#if is_code_isb_here
	isb					// before, not after
#endif
	mov	x2, #1
	str	x2, [x21]
1:	ldr	x2, [x21]
	cmp	x2, #2
	b.ne	1b
#if THERE
	dmb	sy				// the flag was read before
#if is_right_code_there_ivau
	ic	ivau, x1
#elif !is_code_there_before
	ic	iallu
#endif
#if !is_code_there_no_dsb
	dsb	ish
#endif
#if !is_code_there_no_isb
	isb
#endif
#endif
#if is_right_code || is_right_code_is || is_code_iallu
	isb
#endif
	blr	x1
#endif
	adr	x3, done
	str	x3, [x3]
	dsb	sy
	imm	x0, 0x84000002			// CPU_OFF
	CONDUIT
	b	fault
	end

	map_tables
	.section .far, "awx"
	.balign	4096
target:	ret
patch:	ret	x30				// the same value; the store counts
	.balign	256
	.balign	4096
	.fill	512, 8, 0			// the page after a fetched page
	far_cells cell
	far_cells flag
	far_cells done
	cells	.bss, hostile
