/* SPDX-License-Identifier: BSD-2-Clause */
/* An arm64 Image: QEMU's -kernel starts it at EL1 or EL2, MMU off, x0 = device tree. */
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
	bl	main				// x0 is still the tree

	// main returned after printing the reason. PSCI's SYSTEM_OFF, by SMC at EL2 and by HVC at
	// EL1.
	movz	w0, #0x0008
	movk	w0, #0x8400, lsl #16
	mrs	x1, CurrentEL
	tbnz	x1, #3, 2f			// 2 << 2 at EL2, 1 << 2 at EL1
	hvc	#0
2:	smc	#0
3:	wfi
	b	3b

	// A real loader would read these files from a disk or a network.
	.section .rodata
	.balign	4096
	.global	kernel, kernel_end, initrd, initrd_end
kernel:
	.incbin	KERNEL
kernel_end:
	.balign	4096
initrd:
	.incbin	INITRD
initrd_end:
