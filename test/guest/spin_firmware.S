/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Firmware whose other CPUs wait for a word in memory, on QEMU's virt machine.
 *
 * QEMU -kernel starts it in place of a bundle. It has QEMU's PSCI start each CPU of its table,
 * waits until that one waits in turn, and enters the bundle, which lies elsewhere, with a tree that
 * lies elsewhere. The boot protocol fixes: x0 = tree, x1 = x2 = x3 = 0, M = C = 0, D, I and F
 * masked.
 *
 * The table behind the header is filled in by the test (spin_table.py). The words are in the second
 * page: one for each CPU as on a Raspberry Pi (armstub8), or one that all read (U-Boot). Everything
 * is done with MMU and D-cache off, and so each store is where all CPUs see it.
 *
 * Register  From .. To             Holds
 * x19       second .. branch       the CPU's place in the table
 * x20       second .. branch       the word's address
 * x21       entry .. branch        the boot CPU: the table
 */
#define SHARED		0	/* flags: the CPUs come as U-Boot's do, with whatever was in x0 .. x3 */

#define MPIDR		0	/* a CPU in the table */
#define WORD		8
#define DELAY		16	/* milliseconds from the word to the branch; all ones: it never comes */
#define STATE		24
#define CPU_SIZE	32
#define WAITS		0	/* state: in its loop */
#define COMES		1
#define COMES_AT_EL1	2

#define CPU_ON		0xc4000003
#define SCTLR_EL1_OFF	0x30d00800
#define SCTLR_EL2_OFF	0x30c50830
#define HCR_RW		(1 << 31)

	.text
	.global	start
start:	nop
	b	entry
	.quad	0				// text_offset
	.quad	0x2000				// image_size
	.quad	0xa
	.quad	0, 0, 0
	.long	0x644d5241
	.long	0
table:						// offset 64
target:	.quad	0
tree:	.quad	0
flags:	.quad	0
count:	.quad	0
cpus:	.fill	7 * CPU_SIZE / 8, 8, 0
	b	comes_back			// offset 320: cpu-return-addr

entry:	adr	x21, table
	ldr	x22, [x21, #(count - table)]
	adr	x23, cpus
	mrs	x24, CurrentEL
1:	cbz	x22, 5f
	ldr	x0, =CPU_ON
	ldr	x1, [x23, #MPIDR]
	adr	x2, second
	mov	x3, x23
	cmp	x24, #(2 << 2)
	b.eq	2f
	hvc	#0				// QEMU is the machine's EL2
	b	3f
2:	smc	#0
3:	cbnz	x0, .				// refused: the table does not fit the machine
4:	ldr	x0, [x23, #STATE]
	cbnz	x0, 4b
	add	x23, x23, #CPU_SIZE
	sub	x22, x22, #1
	b	1b
5:	ldp	x28, x0, [x21, #(target - table)]
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	br	x28

	/* x0 = the CPU's place in the table. */
second:	mov	x19, x0
	ldr	x0, [x19, #STATE]
	cmp	x0, #COMES_AT_EL1
	b.ne	waits
	ldr	x0, =HCR_RW
	msr	hcr_el2, x0
	mov	x0, #0x33ff
	msr	cptr_el2, x0
	mov	x0, #3
	msr	cnthctl_el2, x0
	msr	cntvoff_el2, xzr
	mrs	x0, midr_el1
	msr	vpidr_el2, x0
	mrs	x0, mpidr_el1
	msr	vmpidr_el2, x0
	ldr	x0, =SCTLR_EL1_OFF
	msr	sctlr_el1, x0
	mov	x0, #0x3c5
	msr	spsr_el2, x0
	adr	x0, waits
	msr	elr_el2, x0
	eret

waits:	ldr	x20, [x19, #WORD]
	str	xzr, [x19, #STATE]
	dsb	sy				// done before the next one has its caches on
1:	wfe
	ldr	x0, [x20]
	cbz	x0, 1b
	ldr	x1, [x19, #DELAY]
	cbz	x1, 3f
	cmn	x1, #1
	b.eq	.
	mrs	x2, cntfrq_el0
	mul	x1, x1, x2
	mov	x2, #1000
	udiv	x1, x1, x2
	isb					// the count is not read before the word
	mrs	x2, cntvct_el0
2:	isb					// and read anew each time
	mrs	x3, cntvct_el0
	sub	x3, x3, x2
	cmp	x3, x1
	b.lo	2b
3:	mov	x4, x0
	ldr	x5, flags
	tbnz	x5, #SHARED, 4f
	mov	x0, #0
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	br	x4
4:	movz	x1, #0xdead, lsl #48
	mov	x2, x1
	mov	x3, x1
	br	x4

	/*
	 * A CPU comes back from an operating system: MMU and D-cache off, and no register has a
	 * meaning. This is the other side of cpu-return-addr, for a test of a program that uses it.
	 * The next one to release the CPU finds it as the first one did. No load, from a pool of
	 * literals either, before SCTLR_ELx.EE is 0.
	 */
comes_back:
	mrs	x0, CurrentEL
	cmp	x0, #(2 << 2)
	b.ne	1f
	mov	x0, #HCR_RW
	msr	hcr_el2, x0
	isb					// E2H decides what the names below mean
	mov	x0, #(SCTLR_EL2_OFF & 0xffff)
	movk	x0, #(SCTLR_EL2_OFF >> 16), lsl #16
	msr	sctlr_el2, x0
	mov	x0, #0x33ff
	msr	cptr_el2, x0
	tlbi	alle2
	b	2f
1:	mov	x0, #(SCTLR_EL1_OFF & 0xffff)
	movk	x0, #(SCTLR_EL1_OFF >> 16), lsl #16
	msr	sctlr_el1, x0
	tlbi	vmalle1
2:	ic	iallu				// what the next one puts where this CPU ran is fetched from memory
	dsb	nsh				// both are done
	isb
	mrs	x0, mpidr_el1
	ldr	x1, =0xff00ffffff
	and	x0, x0, x1
	adr	x19, cpus
3:	ldr	x1, [x19, #MPIDR]
	cmp	x0, x1
	b.eq	4f
	add	x19, x19, #CPU_SIZE
	b	3b
4:	ldr	x20, [x19, #WORD]
	dsb	sy				// nothing of before is on its way when the word says so
	str	xzr, [x20]
	dsb	sy				// the word is there before anybody is woken to look at it
	sev
	b	waits

	.ltorg
	.balign	4096
words:						// offset 4096
	.fill	512, 8, 0
