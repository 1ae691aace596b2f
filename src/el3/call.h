/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_EL3_CALL_H
#define LETHE_EL3_CALL_H

/* What lethe_el3_call() asks vectors.S to do. */
#define EL3_RETURN 0 /* with x0 to x3 of the frame */
#define EL3_PARK   1 /* into the pen */
#define EL3_NEXT   2 /* to the next bundle */

/* Bytes of the frame: x0 to x18 and x30. */
#define EL3_FRAME 160

#ifndef __ASSEMBLER__

#include <stdint.h>

#include "monitor/monitor.h"

/*
 * PSCI 1.0 (DEN0022) by SMC, and the next bundle of a flash file. own: the slot of the CPU that
 * calls. x: its x0 to x3, of which x0 becomes the result. EL3, MMU off, on the slot's stack.
 */
unsigned int lethe_el3_call(struct lethe_monitor_cpu *own, uint64_t *x);

/* vectors.S */
extern const uint8_t lethe_el3_vectors[];

/* enter.S: contracts in the banners. */
void lethe_el3_boss(uint64_t spsr, uint64_t entry, const uint64_t x[4], uint64_t stack)
	__attribute__((noreturn));
extern const uint8_t lethe_el3_spin[], lethe_el3_spin_end[];

#endif

#endif
