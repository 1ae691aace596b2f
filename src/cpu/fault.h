/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FAULT_H
#define LETHE_FAULT_H

/* Kinds of exception, as a vector passes them to exception.S. */
#define LETHE_FAULT_SYNC   0
#define LETHE_FAULT_IRQ    1
#define LETHE_FAULT_FIQ    2
#define LETHE_FAULT_SERROR 3

#ifdef __ASSEMBLER__

/* The body of a vector: the three instructions before lethe_exception. */
/* clang-format off */
.macro vector_body kind:req
	msr	sp_el0, x0			// saved: the first free register
	mov	x0, #\kind
	b	lethe_exception
.endm
/* clang-format on */

#else

#include <stdbool.h>
#include <stdint.h>

/* Set by exception.S when an SError was already pending at entry. */
extern uint32_t lethe_fault_serror_inherited;

/* vectors.S: the table. A payload at EL1 needs only the page that the table begins. */
extern const uint8_t lethe_vectors[];

/* Contract: the banner in probe.S. */
int lethe_probe_read(uint64_t pa, uint32_t *value, uint32_t width, bool maintain);

/*
 * Called by exception.S for every fatal exception, on the fault stack: prints the FAULT line and
 * follows the failure policy. A fault inside lethe_fault() halts at once.
 */
void lethe_fault(uint64_t kind, uint64_t esr, uint64_t elr, uint64_t far, uint64_t el)
	__attribute__((noreturn));

#endif

#endif
