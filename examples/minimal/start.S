/* SPDX-License-Identifier: BSD-2-Clause */
/* An arm64 Image: QEMU's -kernel starts it at EL1 or EL2, MMU off, x0 = device tree. */
	// PSCI's SYSTEM_OFF: on QEMU's machine by SMC at EL2 and by HVC at EL1. Does not return.
	.macro	power_off
	movz	w0, #0x0008
	movk	w0, #0x8400, lsl #16
	mrs	x1, CurrentEL
	tbnz	x1, #3, 8f			// 2 << 2 at EL2, 1 << 2 at EL1
	hvc	#0
8:	smc	#0
9:	wfi
	b	9b
	.endm

	.section .head, "ax"
	.global	start
start:
	nop
	b	1f
	.quad	0				// text_offset
	.quad	image_end - start		// image_size: with bss and stack
	.quad	1 << 3				// flags: anywhere in RAM
	.quad	0, 0, 0
	.long	0x644d5241			// "ARM\x64"
	.long	0
1:	adrp	x1, stack_end			// 4 KiB aligned
	mov	sp, x1
	mov	x29, #0
	bl	main
	power_off				// main returned after printing the reason

	// The payload, as if from a disk or a network; position independent.
	.section .rodata
	.balign	8
	.global	payload, payload_end
payload:
	mov	w1, #0x09000000			// the UART
	adr	x2, 3f
4:	ldrb	w3, [x2], #1
	cbz	w3, 5f
	str	w3, [x1]
	b	4b
5:	power_off
3:	.asciz	"hello from the payload\n"
	.balign	8
payload_end:
