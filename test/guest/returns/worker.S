/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the released CPUs come, and how they go back. The boss wrecks all of this when they have
 * gone.
 *
 * Register  From .. To             Holds
 * x19       worker_entry .. end    the own struct cpu
 * x20       count .. end           cpu-return-addr
 * x21       count .. end           flags
 * x22       count .. end           ticks to wait before the branch
 * x23, x24  count .. end           the own stack
 */
#include "program.h"

	/* sys = a value that is wrong in every register. */
	.macro	poison sys, value
	ldr	x0, =\value
	msr	\sys, x0
	.endm

	.section .worker, "ax"
	.global	worker_entry
worker_entry:					// MMU off: all that is read here was cleaned to the PoC
	mrs	x0, mpidr_el1
	ldr	x1, =MPIDR_MASK
	and	x0, x0, x1
	adrp	x19, cpus
	add	x19, x19, #:lo12:cpus
	adrp	x24, worker_stacks
1:	add	x24, x24, #STACK_SIZE
	ldr	x1, [x19, #CPU_MPIDR]
	cmp	x0, x1
	b.eq	1f
	add	x19, x19, #CPU_SIZE
	b	1b
1:	sub	x23, x24, #STACK_SIZE
	mov	sp, x24
	adrp	x0, vectors
	add	x0, x0, #:lo12:vectors
	mrs	x1, CurrentEL
	cmp	x1, #(2 << 2)
	b.ne	1f
	msr	vbar_el2, x0
1:	msr	vbar_el1, x0
	adrp	x1, worker_tables
	mmu_on
	ldr	x20, [x19, #CPU_DOOR]
	adrp	x1, table
	add	x1, x1, #64
	ldr	x21, [x1, #TABLE_FLAGS]
	ldr	x2, [x1, #TABLE_LATE_CPU]
	ldr	x22, [x1, #TABLE_LATE_MS]
	ldr	x0, [x19, #CPU_MPIDR]
	cmp	x0, x2
	csel	x22, x22, xzr, eq
	mrs	x0, cntfrq_el0
	mul	x22, x22, x0
	mov	x0, #1000
	udiv	x22, x22, x0
	mov	x0, x19
	bl	work

	// No store from here. What this CPU cleans goes out of the others' caches as well.
	mov	x0, x23
	mov	x1, x24
	clean_range
	mov	x0, x19
	add	x1, x19, #CPU_SIZE
	clean_range
	mmu_off
	isb
	mrs	x0, cntvct_el0
1:	isb					// the count is read anew each time
	mrs	x1, cntvct_el0
	sub	x1, x1, x0
	cmp	x1, x22
	b.lo	1b

	mrs	x1, CurrentEL
	cmp	x1, #(2 << 2)
	b.ne	at_el1
	tbz	x21, #FLAG_VHE, 1f
	mrs	x0, id_aa64mmfr1_el1
	ubfx	x0, x0, #8, #4			// VH
	cbz	x0, 1f
	ldr	x0, =HCR_VHE
	msr	hcr_el2, x0
	isb					// E2H decides what the names below mean
1:	tbz	x21, #FLAG_GARBAGE, 2f
	poison	vbar_el2, 0xdeadbeef00000000
	poison	mair_el2, 0x1122334455667788
	poison	tcr_el2, 0xffffffff
	poison	ttbr0_el2, 0x00007fffdead0000
	poison	cptr_el2, 0xc01037ff		// each trap there is
	poison	elr_el2, 0xdeadbeef00000004
	poison	spsr_el2, 0xffffffff
	poison	tpidr_el2, 0xdeadbeef0000002c
	poison	sctlr_el2, 0xf8d8387a		// A, SA, WXN, PAuth; not M, C, I
2:	tbz	x21, #FLAG_EE, 3f
	mrs	x0, sctlr_el2
	orr	x0, x0, #(1 << 25)
	msr	sctlr_el2, x0
	b	3f

at_el1:	tbz	x21, #FLAG_GARBAGE, 2f
	poison	vbar_el1, 0xdeadbeef00000800
	poison	mair_el1, 0x1122334455667788
	poison	tcr_el1, 0x7fffffffff
	poison	ttbr0_el1, 0x00007fffdead0000
	poison	ttbr1_el1, 0x00007fffdead1000
	poison	cpacr_el1, 0
	poison	elr_el1, 0xdeadbeef00000004
	poison	spsr_el1, 0xffffffff
	poison	sctlr_el1, 0xf8d8387a
2:	tbz	x21, #FLAG_EE, 3f
	mrs	x0, sctlr_el1
	orr	x0, x0, #(1 << 25)
	msr	sctlr_el1, x0
3:	isb					// a store or a load would be big-endian from here
	movz	x0, #0xdead, lsl #48
	mov	sp, x0
	.irp	n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,21,22,23,24,25,26,27,28,29,30
	mov	x\n, x0
	.endr
	br	x20
	.ltorg

	.section .worker.bss, "aw", %nobits
	.balign	4096
worker_stacks:
	.skip	CPUS_MAX * STACK_SIZE
	.global	worker_tables
worker_tables:
	.skip	3 * 4096
	.global	cpus, stop
cpus:	.skip	CPUS_MAX * CPU_SIZE
stop:	.skip	CPU_SIZE
