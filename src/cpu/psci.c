/* SPDX-License-Identifier: BSD-2-Clause */
#include "cpu/psci.h"

#define PSCI_SYSTEM_RESET 0x84000009U

/* SMCCC before 1.1 lets the callee clobber x0-x17. */
#define SMCCC_CLOBBERS                                                                             \
	"x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",    \
		"x14", "x15", "x16", "x17", "memory", "cc"

bool lethe_psci_is_usable(enum lethe_psci conduit, unsigned int el)
{
	return conduit == LETHE_PSCI_SMC || (conduit == LETHE_PSCI_HVC && el == 1);
}

void lethe_psci_reset(enum lethe_psci conduit)
{
	uint64_t function = PSCI_SYSTEM_RESET;

	if (conduit == LETHE_PSCI_SMC) {
		__asm__ volatile("mov x0, %0\n\tsmc #0" : : "r"(function) : SMCCC_CLOBBERS);
	} else {
		__asm__ volatile("mov x0, %0\n\thvc #0" : : "r"(function) : SMCCC_CLOBBERS);
	}
}
