/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A payload whose CPUs come and go, twice: from a pen's words at its own level, or by PSCI's calls at EL1. All of it runs
 * with MMU and caches off, so that cohsan judges what is below it (test/mutants/cpus_cells.py).
 *
 * In each round the CPUs enter at code that was written for that round. By PSCI three CPUs start the fourth at once:
 * one of them may.
 *
 * The table behind the header is filled in by the test. In the end this branches to the next Image, with the tree it got.
 *
 * Register  From .. To             Holds
 * x19       second .. leave        this CPU's place in cpus
 * x20       entry .. end           the boss: the round
 * x21       entry .. end           the boss: the tree
 * x22       second .. leave        0 until this CPU has called
 * x28       page .. second         the round that the code is of
 */
#define UART		0x09000000
#define WORDS		0		/* way */
#define HVC		1
#define SMC		2

#define COUNT		4		/* CPUs, with MPIDR 0 to 3 */
#define HERE		0		/* of a CPU: 1 as soon as it came */
#define ROUND		8
#define CONTEXT		16
#define CALLED		24		/* 1 as soon as result is there */
#define RESULT		32
#define CPU_SIZE	64

#define CPU_SUSPEND	0xc4000001
#define CPU_OFF		0x84000002
#define CPU_ON		0xc4000003
#define AFFINITY_INFO	0xc4000004
#define SYNC		dsb sy			// seen by the other CPUs before anything behind it

	.macro	say text
	.pushsection .rodata
.Ls\@:	.asciz	"turns: \text\n"
	.popsection
	adr	x9, .Ls\@
	bl	puts
	.endm

	/* A call that has to have this result. Clobbers x0 to x18, x30. */
	.macro	wants result, function, arg1, arg2, arg3
	ldr	x0, =\function
	mov	x1, \arg1
	mov	x2, \arg2
	mov	x3, \arg3
	bl	call
	cmn	w0, #-(\result)
	b.ne	wrong
	.endm

	.macro	cpu place, number
	adr	\place, cpus
	add	\place, \place, #(\number * CPU_SIZE)
	.endm

	/* Until a field of a CPU is 1. */
	.macro	await number, field
	cpu	x9, \number
1:	ldr	x10, [x9, #\field]
	cbz	x10, 1b
	.endm

	.text
	.global	start
start:	b	entry
	nop
	.quad	0				// text_offset
	.quad	0x10000				// image_size
	.quad	0xa
	.quad	0, 0, 0
	.long	0x644d5241
	.long	0
way:	.quad	0				// offset 64
next:	.quad	0
return:	.quad	0				// cpu-return-addr
words:	.fill	COUNT, 8, 0

entry:	mov	x21, x0
	mov	x20, #1
round:	adr	x9, go
	str	xzr, [x9]
	adr	x9, cpus
	add	x10, x9, #(COUNT * CPU_SIZE)
1:	stp	xzr, xzr, [x9], #16
	cmp	x9, x10
	b.lo	1b
	adr	x9, page			// mov x28, #round; ldr x10, second; br x10
	adr	x10, template
	ldp	w11, w12, [x10]
	orr	w11, w11, w20, lsl #5
	stp	w11, w12, [x9]
	ldr	x12, [x10, #8]
	adr	x11, second
	stp	x12, x11, [x9, #8]
	SYNC
	mov	x23, #1
	bl	begin
	mov	x23, #2
	bl	begin
	ldr	x9, way
	cbnz	x9, 2f
	mov	x23, #3
	bl	begin
2:	await	1, HERE
	await	2, HERE
	ldr	x9, way
	cbz	x9, leaves

	mov	x10, #1
	bl	tell
	ldr	x0, =CPU_ON
	mov	x1, #3
	adr	x2, page
	mov	x3, #0
	bl	call
	cpu	x9, 0
	str	x0, [x9, #RESULT]
	await	1, CALLED
	await	2, CALLED
	await	3, HERE
	cpu	x9, 3
	ldr	x23, [x9, #CONTEXT]		// who may have started it
	mov	x24, #0
3:	adr	x9, cpus
	add	x9, x9, x24, lsl #6
	ldr	w0, [x9, #RESULT]
	cmp	x24, x23
	b.eq	4f
	cmn	w0, #4				// ALREADY_ON
	ccmn	w0, #5, #4, ne			// or ON_PENDING
	b.ne	wrong
	b	5f
4:	cbnz	w0, wrong
5:	add	x24, x24, #1
	cmp	x24, #3
	b.lo	3b
	wants	0, AFFINITY_INFO, 3, 0, 0
	wants	-4, CPU_ON, 0, 0, 0
	wants	-2, CPU_ON, 0x77, 0, 0
	ldr	x9, way
	cmp	x9, #SMC
	b.ne	leaves
	wants	-2, CPU_SUSPEND, 0x1000000, 0, 0 // QEMU has no state of that kind

leaves:	await	3, HERE
	mov	x24, #1
1:	adr	x9, cpus
	add	x9, x9, x24, lsl #6
	ldr	x10, [x9, #ROUND]
	cmp	x10, x20
	b.ne	wrong
	add	x24, x24, #1
	cmp	x24, #COUNT
	b.lo	1b
	mov	x10, #2
	bl	tell
	mov	x24, #1
2:	bl	is_off
	cbz	x0, 2b
	add	x24, x24, #1
	cmp	x24, #COUNT
	b.lo	2b
	say	"all came and went"
	add	x20, x20, #1
	cmp	x20, #3
	b.lo	round
	ldr	x9, next
	mov	x0, x21
	mov	x1, #0
	mov	x2, #0
	mov	x3, #0
	br	x9
wrong:	say	"FAIL"
	b	.

	/* Starts CPU x23. Clobbers x0 to x18. */
begin:	ldr	x9, way
	adr	x2, page
	cbz	x9, 1f
	mov	x24, x30
	ldr	x0, =CPU_ON
	mov	x1, x23
	mov	x3, x23
	bl	call
	cbnz	w0, wrong
	ret	x24
1:	adr	x9, words
	ldr	x9, [x9, x23, lsl #3]
	str	x2, [x9]
	SYNC
	sev
	ret

	/* x0 = 1 if CPU x24 is off. Clobbers x0 to x18. */
is_off:	ldr	x9, way
	cbz	x9, 1f
	mov	x25, x30
	ldr	x0, =AFFINITY_INFO
	mov	x1, x24
	mov	x2, #0
	bl	call
	ret	x25
1:	adr	x9, words
	ldr	x9, [x9, x24, lsl #3]
	ldr	x9, [x9]
	cmp	x9, #0
	cset	x0, eq
	ret

	/* The others are to do what x10 says. */
tell:	adr	x9, go
	str	x10, [x9]
	SYNC
	ret

call:	ldr	x9, way
	cmp	x9, #HVC
	b.eq	1f
	smc	#0
	ret
1:	hvc	#0
	ret

second:	mrs	x9, mpidr_el1
	and	x9, x9, #3
	adr	x19, cpus
	add	x19, x19, x9, lsl #6
	mov	x22, #0
	stp	x28, x0, [x19, #ROUND]
	SYNC
	mov	x10, #1
	str	x10, [x19, #HERE]
1:	ldr	x9, go
	cmp	x9, #2
	b.eq	leave
	cbz	x9, 1b
	cbnz	x22, 1b
	mov	x22, #1
	ldr	x0, =CPU_ON
	mov	x1, #3
	adr	x2, page
	mrs	x3, mpidr_el1
	and	x3, x3, #3
	bl	call
	str	x0, [x19, #RESULT]
	SYNC
	str	x22, [x19, #CALLED]
	b	1b
leave:	SYNC
	ldr	x9, way
	cbz	x9, 2f
	ldr	x0, =CPU_OFF
	bl	call
	b	.
2:	ldr	x9, return
	br	x9

	.balign	8
template:
	mov	x28, #0
	ldr	x10, . + 12
	br	x10
	nop

	/* x9 = text. Clobbers x9 to x12. */
puts:	ldr	x11, =UART
1:	ldrb	w10, [x9], #1
	cbz	w10, 3f
2:	ldr	w12, [x11, #0x18]
	tbnz	w12, #5, 2b			// TXFF
	str	w10, [x11]
	b	1b
3:	ret
	.ltorg

	.section .rodata
	.balign	4096
go:	.quad	0
	.balign	4096
cpus:	.skip	COUNT * CPU_SIZE
	.balign	4096
page:	.skip	32
