/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_HYP_STUB_H
#define LETHE_HYP_STUB_H

#include <stdint.h>

#include <lethe/plan.h>

/*
 * From EL1 to EL2 through the hyp stub that the plan states, and on at entry with x0 = argument. At
 * EL1, MMU off, entry's code at the PoC. Comes back only if it failed: LETHE_E_HYP_STUB.
 */
int lethe_hyp_stub_restart(enum lethe_hyp_stub stub, uint64_t entry, uint64_t argument);

/*
 * hyp_stub.S: HVC, x1 and x2 its arguments. Returns what is in x0 then, or -1 if there is no EL2 to
 * answer.
 */
int64_t lethe_hyp_stub_call(uint64_t function, uint64_t entry, uint64_t argument);

#endif
