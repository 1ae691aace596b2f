/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FAULT_H
#define LETHE_FAULT_H

/* Kinds of exception, as vectors.S passes them. */
#define LETHE_FAULT_SYNC   0
#define LETHE_FAULT_IRQ    1
#define LETHE_FAULT_FIQ    2
#define LETHE_FAULT_SERROR 3

#ifndef __ASSEMBLER__

#include <stdint.h>

/* Set by vectors.S when an SError was already pending at entry. */
extern uint32_t lethe_serror_inherited;

/* vectors.S: the table; the page it begins is all that a payload at EL1 needs of us. */
extern const uint8_t lethe_vectors[];

/* vectors.S; see the banner there. */
int lethe_probe_read(uint64_t pa, uint32_t *value, uint32_t width, int maintain);

/*
 * Called by vectors.S for every exception that does not come back, on the fault stack: prints the
 * FAULT line and follows the failure policy. A fault inside it halts at once.
 */
void lethe_fault(uint64_t kind, uint64_t esr, uint64_t elr, uint64_t far, uint64_t el)
	__attribute__((noreturn));

#endif

#endif
