/* SPDX-License-Identifier: BSD-2-Clause */
/* An arm64 Image: QEMU's -kernel starts it at EL2, MMU off, x0 = device tree. */
	.section .head, "ax"
	.global	start
start:
	nop
	b	1f
	.quad	0				// text_offset
	.incbin	SNAPSHOT, 16, 8			// image_size: the snapshot's, which comes to lie over this Image
	.quad	1 << 3				// flags: anywhere in RAM
	.quad	0, 0, 0
	.long	0x644d5241			// "ARM\x64"
	.long	0
1:	mov	x19, x0
	adrp	x0, snapshot_end		// 4 KiB aligned, as stack_end is
	adrp	x1, stack_end
	mov	sp, x1
	mov	x29, #0
	bl	lethe_dcache_clean_inval_poc	// the loader has cleaned the file, and not what is stored behind it
	mov	x0, x19
	bl	main

	// main returned after printing the reason. PSCI's SYSTEM_OFF, by SMC at EL2 and by HVC at EL1.
	movz	w0, #0x0008
	movk	w0, #0x8400, lsl #16
	mrs	x1, CurrentEL
	tbnz	x1, #3, 2f			// 2 << 2 at EL2, 1 << 2 at EL1
	hvc	#0
2:	smc	#0
3:	wfi
	b	3b

	// A real one would come from a disk, page by page.
	.section .rodata
	.balign	4096
	.global	snapshot, snapshot_end
snapshot:
	.incbin	SNAPSHOT
	.balign	4096				// the last page is whole
snapshot_end:
