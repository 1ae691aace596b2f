/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Linux's hyp stub (Documentation/virt/kvm/arm/hyp-abi.rst), what answers HVC from a kernel at EL1
 * that was started at EL2. The numbers changed with 4.12, and the wrong one does something else: 1
 * was SET_VECTORS.
 */
#include "cpu/hyp_stub.h"

#include <lethe/status.h>

#define SOFT_RESTART_4_7   2
#define SOFT_RESTART_4_12  1
#define RESET_VECTORS_4_12 2

/* In .data: the entry zeroes bss, and a stub that comes back to it at EL1 would do so for ever. */
static uint32_t tried __attribute__((section(".data.hyp_stub")));

int lethe_hyp_stub_restart(enum lethe_hyp_stub stub, uint64_t entry, uint64_t argument)
{
	if (tried != 0) {
		return LETHE_E_HYP_STUB;
	}
	tried = 1;
	if (stub == LETHE_HYP_STUB_4_7) {
		lethe_hyp_stub_call(SOFT_RESTART_4_7, entry, argument);
	} else if (lethe_hyp_stub_call(RESET_VECTORS_4_12, entry, argument) == 0) {
		/* A hypervisor that was there is gone, its MMU is off. For a stub of 4.7 it was the
		 * restart. */
		lethe_hyp_stub_call(SOFT_RESTART_4_12, entry, argument);
	}
	return LETHE_E_HYP_STUB;
}
