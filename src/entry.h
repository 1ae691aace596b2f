/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_ENTRY_H
#define LETHE_ENTRY_H

/* What entry.S, vectors.S and C agree on. */

/* Numbers of status.h and stage.h for assembly, asserted in image.c. */
#define LETHE_E_IMAGE_BASE_ASM	-202
#define LETHE_E_FAULT_ASM	-503
#define LETHE_E_PLAN_WORKSPACE_ASM	-123
#define LETHE_STAGE_HANDOFF_ASM	8

#define LETHE_LIBRARY_ENTRY	136	/* where the library door begins, from byte 0 of the blob */

#ifdef __ASSEMBLER__

/* reg = any 64-bit constant */
/* clang-format off */
.macro mov_q reg:req, value:req
	movz	\reg, #((\value) & 0xffff)
	.if	((\value) >> 16) & 0xffff
	movk	\reg, #(((\value) >> 16) & 0xffff), lsl #16
	.endif
	.if	((\value) >> 32) & 0xffff
	movk	\reg, #(((\value) >> 32) & 0xffff), lsl #32
	.endif
	.if	((\value) >> 48) & 0xffff
	movk	\reg, #(((\value) >> 48) & 0xffff), lsl #48
	.endif
.endm
/* clang-format on */

#else

#include <stdint.h>

extern const uint8_t lethe_image_start[], lethe_rodata_start[], lethe_data_start[], lethe_blob_end[];

/* Bytes of the blob with its bss and stack. */
static inline uint64_t lethe_blob_size(void)
{
	return (uint64_t)lethe_blob_end - (uint64_t)lethe_image_start;
}

/* halt.S; see the banner there. */
void lethe_halt(int64_t status, uint64_t stage) __attribute__((noreturn));

/*
 * Called once by entry.S: base is the PA of byte 0 of the Image, tree is x0 as passed, el 1, 2 or 3, e2h
 * the HCR_EL2.E2H in force.
 */
void lethe_image_main(uint64_t base, uint64_t tree, uint64_t el, uint64_t e2h)
	__attribute__((noreturn));

struct lethe_library_args;

/* entry.S: the library door, for lethe_boot() and for a hyp stub; see the banner there. */
void lethe_library_entry(const struct lethe_library_args *args) __attribute__((noreturn));

/* entry.S: empties the stack and goes to lethe_next_slot(). From any depth, an exception too. */
void lethe_restart(void) __attribute__((noreturn));

/* lethe_image_main() of the library door. */
void lethe_library_main(uint64_t base, const struct lethe_library_args *args, uint64_t el, uint64_t e2h)
	__attribute__((noreturn));

#endif

#endif
