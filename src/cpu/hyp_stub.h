/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_HYP_STUB_H
#define LETHE_HYP_STUB_H

#include <stdint.h>

#include <lethe/plan.h>

/*
 * Goes from EL1 to EL2 through the hyp stub that the plan states, and continues at entry with x0 =
 * argument. At EL1, MMU off, entry's code at the PoC. Returns only on failure: LETHE_E_HYP_STUB.
 */
int lethe_hyp_stub_restart(enum lethe_hyp_stub stub, uint64_t entry, uint64_t argument);

/*
 * hyp_stub.S: HVC with the arguments in x1 to x3. Returns the stub's x0, or -1 if the CPU has no
 * EL2 that answers.
 */
int64_t lethe_hyp_stub_call(uint64_t function, uint64_t arg1, uint64_t arg2, uint64_t arg3);

#endif
