/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_ENTRY_H
#define LETHE_ENTRY_H

/* Constants and declarations shared by the doors, entry.S and C. */

/* Numbers of status.h and stage.h for assembly: cpu/layout_asserts.c. */
#define LETHE_E_IMAGE_BASE_ASM     -202
#define LETHE_E_FAULT_ASM          -503
#define LETHE_E_PLAN_WORKSPACE_ASM -123
#define LETHE_E_SELF_ASM           -204
#define LETHE_STAGE_ENTRY_ASM      0
#define LETHE_STAGE_HANDOFF_ASM    8

#define LETHE_LIBRARY_ENTRY 136 /* offset of the library door's stub from byte 0 of the blob */

#ifndef __ASSEMBLER__

#include <stdint.h>

extern const uint8_t lethe_image_start[], lethe_text_start[], lethe_rodata_start[],
	lethe_rodata_end[], lethe_data_start[], lethe_own_end[], lethe_blob_end[];

/* Bytes of the blob with bss, tables and stacks. */
static inline uint64_t lethe_blob_size(void)
{
	return (uint64_t)lethe_blob_end - (uint64_t)lethe_image_start;
}

/* The banner in cpu/halt.S is the contract. */
void lethe_halt(int64_t status, uint64_t stage) __attribute__((noreturn));

/*
 * cpu/restart.S: empties the stack and continues at entry, a function without arguments. May be
 * called from any depth, also from an exception.
 */
void lethe_restart(uint64_t entry) __attribute__((noreturn));

/*
 * Declares a door's C entry. entry.S calls it once, and it does not return. base is the PA of byte
 * 0 of the Image; argument is the door's x19; el is 1, 2 or 3; e2h is the HCR_EL2.E2H in force.
 */
#define LETHE_DOOR_MAIN(name)                                                                      \
	void name(uint64_t base, uint64_t argument, uint64_t el, uint64_t e2h)                     \
		__attribute__((noreturn))

#endif

#endif
