/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The points where cohsan wakes and sleeps: faults before or behind are not reported.
 */
// case start: expect=none args=start={go} el=1,2,2h
// case start_symbol: expect=none args=start=go
// case start_late: expect=read-under-dirty@bad args=start={go}
// case start_mmu_on: expect=read-stale@bad args=start={go}
// case right_start_mmu_on: expect=none args=start={go}
// case stop: expect=none args=stop={there} stop=there el=1,2,2h
// case stop_registers: expect=none args=stop={there} stop=there
// case stop_published: expect=handoff-dirty@there args=stop={there},publish=w:{work}-{work_end} \
//	stop=there
// case stop_right: expect=none args=stop={there},publish=w:{work}-{work_end} stop=there
// case stop_mmu: expect=handoff-mmu@there_va,handoff-dcache@there_va args=stop={there_pa} \
//	stop=there_va
// case right_stop_code: expect=none args=stop={work},publish=w:{work}-{work_end} stop=work el=1,2,2h
// case right_stop_unpublished: expect=none args=stop={work} stop=work
// case right_stop_data: expect=none args=stop={there},publish=w:{work}-{work_end} stop=there
// case stop_no_ic: expect=handoff-icache@work args=stop={work},publish=w:{work}-{work_end} stop=work el=1,2,2h
// case stop_no_ic_unpublished: expect=handoff-icache@work args=stop={work} stop=work
// case stop_no_isb: expect=handoff-icache@work args=stop={work},publish=w:{work}-{work_end} stop=work
// case stop_tail: expect=handoff-icache@work args=stop={work},publish=w:{work}-{work_end} stop=work
// case stop_dirty: expect=handoff-dirty@work args=stop={work} stop=work
// case again: expect=none stop=start args=publish=w:{work}-{work_end}
// case again_dirty: expect=handoff-dirty@start args=publish=w:{work}-{work_end} stop=start
// case again_only_once: expect=read-under-dirty@bad
// case never: expect=none args=start={never}
#include "common.h"

	begin
	adr	x0, cell
	adr	x22, work
#if is_start || is_start_symbol || is_never
	ldr	x1, [x0]			// asleep
	str	x1, [x0, #64]
go:	nop
	dc	civac, x0
	dsb	sy
	ldr	x1, [x0]
	b	exit
never:	nop
#elif is_start_mmu_on || is_right_start_mmu_on
	dc	civac, x0
	dsb	sy
	// asleep: cohsan must read the tables on waking
	mmu_on
go:	nop
#if is_right_start_mmu_on
	dc	civac, x0
	dsb	sy
	ldr	x1, [x0]
	mmu_off
	str	x1, [x0]
	dmb	sy
	dc	civac, x0
	dsb	sy
	set_sctlr SCTLR_ON
	ldr	x1, [x0]
#else
	dc	civac, x0
	dsb	sy
	mmu_off
	str	x1, [x0]
	dsb	sy
	set_sctlr SCTLR_ON
bad:	ldr	x1, [x0]
#endif
#elif is_start_late
	dc	civac, x0			// before cohsan woke: unknown
	dsb	sy
go:	nop
bad:	ldr	x1, [x0]
#elif is_stop || is_stop_registers || is_stop_published || is_stop_right
	dc	civac, x22
	dsb	sy
#if is_stop_published || is_stop_right
	mmu_on
	str	x0, [x22]
#if is_stop_right
	dc	civac, x22
#endif
	dsb	sy
	mmu_off
#endif
#if is_stop_registers
	mov	x1, #1
	mov	x2, #2
	mov	x0, #3
#endif
there:	nop
	adr	x0, cell
	ldr	x1, [x0]
	str	x1, [x0]
#elif is_right_stop_code || is_right_stop_unpublished || is_right_stop_data || is_stop_no_ic || \
	is_stop_no_ic_unpublished || is_stop_no_isb || is_stop_tail || is_stop_dirty
	// A program that is no Image, copied and entered.
	dc	civac, x22
	dsb	sy
#if is_stop_dirty
	mmu_on
#endif
	adr	x21, there
	ldr	w1, [x21]
	str	w1, [x22]
	dsb	sy
#if is_stop_dirty
	mmu_off
#endif
#if is_right_stop_code || is_right_stop_unpublished || is_stop_no_isb || is_stop_tail || is_stop_dirty
	ic	iallu
	dsb	sy
#endif
#if is_stop_tail
	str	w1, [x22, #60]			// after the IC
	dsb	sy
#endif
#if !is_stop_no_isb
	isb
#endif
#if is_right_stop_data
	mov	x22, x21			// what was copied is not what is entered
#endif
	blr	x22
	b	exit
there:	ret
#elif is_stop_mmu
	mmu_on
	adr	x1, there_pa
	imm	x2, AS_WB
	add	x1, x1, x2
	br	x1
there_pa: nop
	.equ	there_va, there_pa + AS_WB
#elif is_again_only_once
bad:	ldr	x1, [x0]			// branches back to the middle are no hand-off
	adr	x1, start
	cbnz	x20, exit
	mov	x20, #1
	add	x1, x1, #64
	br	x1
#else
	cmp	x20, #7
	b.eq	exit				// the second time; x20 is 0 when QEMU starts
	dc	civac, x19
	dsb	sy
	ldr	w1, [x19, #4]
	rev	w1, w1
	add	x1, x1, x19
	dc_range civac, x19, x1
	dc	civac, x22
	adr	x2, start
	adr	x3, bss_end
	dc_range civac, x2, x3
	dsb	sy
#if is_again_dirty
	mmu_on
	str	x0, [x22]
	dsb	sy
	mmu_off
#endif
	ic	iallu
	dsb	sy
	isb
	mov	x20, #7
	mov	x0, x19
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	b	start
#endif
	end

	map_tables
	.section .bss
	.balign	4096
cell:	.skip	256
work:	.skip	64
work_end:
	.skip	192
