/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reset vector: byte 0 of a flash file (include/lethe/flash.h), at EL3, EL2 or EL1.
 *
 * Why assembly: no stack and no memory to write, until the parameters have named some and been checked.
 *
 * It runs where it lies, on registers alone, and stores to nothing but the UART's registers. Then it copies itself into
 * scratch memory, where all else runs: C that has its variables where it looks for them, and resident code that is not
 * in a flash which a kernel may be writing to.
 *
 * Register  From .. To                    Holds
 * x19       reset .. C                    slot that is tried first
 * x20       known_state .. C              current EL, 1, 2 or 3
 * x21       reset .. C                    PA of byte 0 of the file
 * x22       find_parameters .. C          the copy of struct lethe_flash that is whole
 * x23       with_scratch .. C             scratch memory
 */
#include <lethe/flash.h>

#include "cpu/asm.h"
#include "cpu/sysreg.h"
#include "el3/smpen.inc"
#include "flash/ready.h"

	.section .head, "ax", %progbits
.Lstart:
	b	.Lreset				// struct lethe_flash_head
	b	.Lnext
	.long	LETHE_FLASH_MAGIC_LOW, LETHE_FLASH_MAGIC_HIGH
	.long	1				// LETHE_FLASH_VERSION
	.long	LETHE_FLASH_CODE_SIZE
	.long	lethe_flash_end - .Lstart
	.long	0

	/* reg = where sym is in the copy in scratch memory. */
	.macro	in_scratch reg, sym
	adr_l	\reg, \sym
	sub	\reg, \reg, x21
	add	\reg, \reg, x23
	.endm

	/* Vectors, SCTLR of this level, and its I-cache: fetches from flash are slow. */
	.macro	known_state
	mrs	x20, CurrentEL
	lsr	x20, x20, #CURRENTEL_SHIFT
	adr	x1, lethe_el3_vectors
	mov_q	x2, SCTLR_EL2_OFF | SCTLR_I
	ic	iallu				// nothing of an earlier program, before the I-cache is looked at
	dsb	nsh				// complete on this CPU
	cmp	x20, #2
	b.lo	.Lknown_el1
	b.eq	.Lknown_el2
	smpen	x3, x4				// before any cache is in use
	msr	tpidr_el3, xzr			// no parameters yet: an exception halts without a word
	msr	vbar_el3, x1			// our vectors
	msr	sctlr_el3, x2			// M, C = 0; I = 1
	b	.Lknown
.Lknown_el2:
	msr	tpidr_el2, xzr			// as at EL3
	msr	vbar_el2, x1			// likewise
	msr	sctlr_el2, x2			// likewise
	mov	x3, #HCR_RW
	msr	hcr_el2, x3			// no stage 2, and E2H = 0 where it can be: as entry.S
	b	.Lknown
.Lknown_el1:
	msr	tpidr_el1, xzr			// as at EL3
	msr	vbar_el1, x1			// likewise
	mov_q	x2, SCTLR_EL1_OFF | SCTLR_I
	msr	sctlr_el1, x2			// likewise
.Lknown:
	isb					// all of it is in force
	.endm

	/* x22 = the first copy of the parameters that is whole. w24 = 0 if that is not the first of all. */
	.macro	find_parameters
	mov	w24, #1
	add	x22, x21, #LETHE_FLASH_CODE_SIZE
.Lcopy:
	ldr	x3, [x22]
	mov_q	x4, LETHE_FLASH_MAGIC_LOW | LETHE_FLASH_MAGIC_HIGH << 32
	cmp	x3, x4
	b.ne	.Lcopy_bad
	mov	w0, #-1
	add	x1, x22, #(LETHE_FLASH_CRC + 4)
	add	x2, x22, #LETHE_FLASH_COPY_SIZE
	bl	lethe_flash_crc
	mvn	w0, w0
	ldr	w1, [x22, #LETHE_FLASH_CRC]
	cmp	w0, w1
	b.ne	.Lcopy_bad
	ldr	w1, [x22, #8]
	cmp	w1, #1				// LETHE_FLASH_VERSION
	b.eq	.Lcopy_good
.Lcopy_bad:
	add	x22, x22, #LETHE_FLASH_COPY_SIZE
	subs	w24, w24, #1
	b.eq	.Lcopy
	b	.Lsilence			// there is no console to say it at
.Lcopy_good:
	.endm

	/* Everything but the parameters' copies as it is in the file. x23 = scratch. */
	.macro	copy_to_scratch
	mov	x0, x23
	add	x1, x23, #LETHE_FLASH_CODE_SIZE
	mov	x2, x21
.Lcopy_next:
	ldp	x3, x4, [x2], #16
	stp	x3, x4, [x0], #16
	cmp	x0, x1
	b.lo	.Lcopy_next
	add	x1, x1, #LETHE_FLASH_COPY_SIZE	// the parameters that were checked, as the only ones
	mov	x2, x22
.Lcopy_parameters:
	ldp	x3, x4, [x2], #16
	stp	x3, x4, [x0], #16
	cmp	x0, x1
	b.lo	.Lcopy_parameters
	in_scratch x1, lethe_flash_end
.Lclear_next:
	stp	xzr, xzr, [x0], #16
	cmp	x0, x1
	b.lo	.Lclear_next
	.endm

/*
 * void lethe_flash_reset(uint64_t slot);
 *
 * In        x0 = slot, at the entry .Lnext only
 * Out       does not return: lethe_flash_copied in scratch memory, lethe_el3_arrive there, or lethe_flash_fail
 * Clobbers  everything
 * State     EL1, EL2 or EL3, as a CPU comes out of reset, or out of a bundle; MMU off
 * Stack     none
 */
FUNC lethe_flash_reset
.Lnext:
	mov	x19, x0
	b	.Lboth
.Lreset:
	mov	x19, #0
.Lboth:
	msr	daifset, #15			// nobody's interrupts
	msr	spsel, #1
	adr	x21, lethe_flash_start
	known_state
	find_parameters
	ldp	x23, x5, [x22, #LETHE_FLASH_SCRATCH] // and its size, which the tool has compared
	mrs	x0, mpidr_el1
	mov_q	x1, MPIDR_AFFINITY
	and	x0, x0, x1
	ldr	x1, [x22, #LETHE_FLASH_BOOT_CPU]
	cmp	x0, x1
	b.ne	.Lother_cpu
	adr	x1, lethe_el3_vectors
	mov	x2, x22
	bl	lethe_el3_vectors_on		// from here on an exception has a console
	add	x0, x22, #LETHE_FLASH_CONSOLE
	bl	lethe_flash_console_on
	ldr	x24, [x22, #LETHE_FLASH_BASE]
	adr	x0, .Lis_elsewhere
	cmp	x24, x21
	b.ne	.Lfail
	mov	w0, #-1
	mov	x1, x21
	add	x2, x21, #LETHE_FLASH_CODE_SIZE
	bl	lethe_flash_crc
	mvn	w0, w0
	ldr	w1, [x22, #LETHE_FLASH_CODE_CRC]
	mov	x24, x21
	cmp	w0, w1
	adr	x0, .Lcode_is_damaged
	b.ne	.Lfail
	mov	x0, x23
	in_scratch x1, lethe_flash_end
	bl	lethe_dcache_clean_inval_poc	// no line of an earlier program is left to land on our stores
	sub	x0, x1, #16
	bl	.Lprobe
	mov	x0, x23
	bl	.Lprobe
	// CPUs that wait from an earlier start find no sign, until everything is in place again.
	in_scratch x0, lethe_flash_state
	str	xzr, [x0]
	dsb	sy				// before anything that the sign vouches for is written
	copy_to_scratch
	// Behind another bundle this CPU has fetched from scratch memory before, and may have filled lines since the clean.
	mov	x0, x23
	bl	lethe_dcache_clean_inval_poc	// and the copy is complete, before a fetch of it can be
	ic	iallu				// what is executed there was written by stores
	dsb	nsh				// complete on this CPU
	isb					// nothing behind was fetched before
	in_scratch x0, lethe_flash_copied
	br	x0

.Lother_cpu:
	in_scratch x24, lethe_flash_state
	mov_q	x25, LETHE_FLASH_READY
.Lnot_ready:
	wfe					// the boot CPU sends an event when scratch memory is valid
	ldr	x0, [x24]
	cmp	x0, x25
	b.ne	.Lnot_ready
	dsb	sy				// what the sign vouches for is read after it
	ic	iallu				// code was written there by another CPU
	dsb	nsh				// complete on this CPU
	isb					// nothing behind was fetched before
	in_scratch x0, lethe_el3_arrive
	br	x0

	// RAM is where a value can be read back, and its complement. x0 = address, 8-byte aligned.
.Lprobe:
	mov_q	x1, 0x5a17c3962d78e10f
	str	x1, [x0]
	dsb	sy				// the store has reached what is there, if anything
	ldr	x2, [x0]
	cmp	x1, x2
	b.ne	.Lno_ram
	mvn	x1, x1
	str	x1, [x0]
	dsb	sy				// as above
	ldr	x2, [x0]
	cmp	x1, x2
	b.ne	.Lno_ram
	ret
.Lno_ram:
	mov	x24, x0
	adr	x0, .Lis_no_ram
.Lfail:
	mov	x1, x24
	mov	x2, x22
	b	lethe_flash_fail
.Lsilence:
	wfi
	b	.Lsilence

.Lis_elsewhere:
	.asciz	"the file was made for "
.Lcode_is_damaged:
	.asciz	"code damaged at "
.Lis_no_ram:
	.asciz	"no RAM at "
	.balign	4
END lethe_flash_reset

/*
 * void lethe_flash_copied(void);
 *
 * The first instructions of the copy in scratch memory.
 *
 * In        x19-x23 as above
 * Out       does not return: lethe_flash_main
 * Clobbers  everything
 * State     EL1, EL2 or EL3; MMU off
 * Stack     none, then lethe_flash_stack
 */
FUNC lethe_flash_copied
	adr_l	x1, lethe_el3_vectors
	adr_l	x2, lethe_flash_start + LETHE_FLASH_CODE_SIZE // the parameters
	bl	lethe_el3_vectors_on		// those of the copy
	adr_l	x0, lethe_flash_stack_end
	mov	sp, x0
	mov	x0, x20
	mov	x1, x19
	mov	x2, x21
	ubfx	x3, x22, #10, #1		// which copy it was
	mov	x29, #0				// end of the frame chain
	b	lethe_flash_main
END lethe_flash_copied
