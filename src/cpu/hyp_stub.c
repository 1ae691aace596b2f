/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux's hyp stub (Documentation/virt/kvm/arm/hyp-abi.rst) answers HVC from a kernel at EL1 that
 * firmware started at EL2. The function numbers changed with 4.12: 1 was SET_VECTORS before, 2 was
 * SOFT_RESTART.
 */
#include "cpu/hyp_stub.h"

#include <stdbool.h>

#include <lethe/status.h>

#define SOFT_RESTART_4_7   2
#define SOFT_RESTART_4_12  1
#define RESET_VECTORS_4_12 2

/*
 * In .data, not .bss: entry.S zeroes .bss, and Lethe must remember the call if the stub enters it
 * again at EL1, or it would loop.
 */
static bool was_tried __attribute__((section(".data.hyp_stub")));

int lethe_hyp_stub_restart(enum lethe_hyp_stub stub, uint64_t entry, uint64_t argument)
{
	if (was_tried) {
		return LETHE_E_HYP_STUB;
	}
	was_tried = true;
	if (stub == LETHE_HYP_STUB_4_7) {
		lethe_hyp_stub_call(SOFT_RESTART_4_7, entry, argument, 0);
	} else if (lethe_hyp_stub_call(RESET_VECTORS_4_12, entry, argument, 0) == 0) {
		/* EL2 has no hypervisor now, and the MMU off. To a stub of 4.7 the number is
		 * SOFT_RESTART, and the call does not return. */
		lethe_hyp_stub_call(SOFT_RESTART_4_12, entry, argument, 0);
	}
	return LETHE_E_HYP_STUB;
}
