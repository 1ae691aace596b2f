/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A boot loader of littlekernel's shape: linked and running high (TTBR1), at EL1 wherever it was entered, MMU and
 * caches on, interrupts not masked. Low addresses (TTBR0) hold what main.c maps there and nothing else.
 */
#define MAIR	0xff04				/* 0: Device-nGnRE, 1: Normal Write-Back */
#define TCR	0x2b5103510			/* 48 bits each side, 4 KiB, Inner Shareable Write-Back, 40-bit PA */
#define BLOCK	0x701				/* AF, Inner Shareable, block */
#define NORMAL	(1 << 2)

	.section .head, "ax"
	.global	start
start:
	nop
	b	1f
	.quad	0				// text_offset
	.quad	image_end - start		// image_size
	.quad	1 << 3				// flags: anywhere in RAM
	.quad	0, 0, 0
	.long	0x644d5241			// "ARM\x64"
	.long	0

	// x0 = device tree. At EL2: EL1 is AArch64, nothing trapped, then down.
1:	mov	x20, x0
	mrs	x21, CurrentEL
	tbz	x21, #3, 2f
	mov	x1, #1 << 31
	msr	hcr_el2, x1			// RW alone: EL1 is AArch64, nothing of it trapped
	mov	x1, #0x22ff			// no trap of SVE, SME and FP
	msr	cptr_el2, x1
	mov	x1, #3
	msr	cnthctl_el2, x1			// EL1 may read the counter and set its timer
	msr	cntvoff_el2, xzr		// and both counters agree
	adr	x1, 2f
	msr	elr_el2, x1
	mov	x1, #0x3c5			// EL1h, DAIF masked
	msr	spsr_el2, x1
	isb					// all of it is in effect at EL1's first instruction
	eret

	// The two tables of the high side, with the MMU off: 1 GiB of devices, 3 GiB of RAM. The low side is the same
	// until main.c changes it.
2:	adrp	x1, high_tables			// 4 KiB aligned
	add	x2, x1, #4096
	orr	x3, x2, #3
	str	x3, [x1]
	mov	x3, #BLOCK
	str	x3, [x2], #8
	orr	x3, x3, #NORMAL
	mov	x4, #3
	mov	x5, #0x40000000
	mov	x7, x5
3:	add	x6, x3, x5
	str	x6, [x2], #8
	add	x5, x5, x7
	subs	x4, x4, #1
	b.ne	3b
	dmb	sy				// the stores went past the caches; no line may come before them
	mov	x3, x1
4:	dc	ivac, x3			// and none from before may answer the walker: lines of 16 bytes or more
	add	x3, x3, #16
	add	x4, x1, #8192
	cmp	x3, x4
	b.lo	4b
	dsb	sy				// the lines are gone before the first walk
	mov	x3, #MAIR
	msr	mair_el1, x3			// memory types
	ldr	x3, =TCR
	msr	tcr_el1, x3			// sizes of both sides, how tables are read
	msr	ttbr0_el1, x1			// low and high: the same tables
	msr	ttbr1_el1, x1
	isb					// the four are in effect before anything is dropped
	tlbi	vmalle1				// no translation from before
	dsb	nsh				// which is complete on this CPU
	ic	iallu				// nor an instruction fetched under it
	dsb	nsh				// likewise
	isb					// for the instructions that follow
	mrs	x3, sctlr_el1
	mov	x4, #0x1005			// M, C, I
	orr	x3, x3, x4
	msr	sctlr_el1, x3
	isb					// translated from here on
	ldr	x3, =high
	br	x3
high:
	ldr	x1, =stack_end
	mov	sp, x1
	ldr	x1, =vectors
	msr	vbar_el1, x1			// the vectors below, high
	isb					// before an interrupt is let in
	mov	x29, #0
	msr	daifclr, #0xf
	mov	x0, x20
	lsr	x1, x21, #2
	bl	main
	b	power_off

	.global	power_off
power_off:
	movz	w0, #0x0008
	movk	w0, #0x8400, lsl #16
	b	psci

// uint64_t psci(uint64_t function, uint64_t a, uint64_t b, uint64_t c): QEMU answers SMC if it has EL2, else HVC.
	.global	psci
psci:
	adrp	x9, is_smc
	ldr	w9, [x9, :lo12:is_smc]
	cbnz	w9, 1f
	hvc	#0
	ret
1:	smc	#0
	ret

// Another CPU, from PSCI with the MMU off: waits for the word that ends it. main.c writes both words out to memory.
	.global	other
other:
	adrp	x1, go
	ldr	w2, [x1, :lo12:go]
	cbz	w2, other
	movz	w0, #0x0002			// CPU_OFF
	movk	w0, #0x8400, lsl #16
	b	psci

	.balign	2048
vectors:
	.rept	16
	b	unexpected
	.balign	128
	.endr
unexpected:
	mrs	x0, esr_el1
	mrs	x1, elr_el1
	b	fault

	// Far from what main.c maps low.
	.section .files, "a"
	.balign	4096
	.global	kernel, kernel_end, initrd, initrd_end
kernel:
	.incbin	KERNEL
	.balign	8
kernel_end:
	.balign	4096
initrd:
	.ascii	"high's initrd"
initrd_end:
