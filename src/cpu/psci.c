/* SPDX-License-Identifier: BSD-2-Clause */
#include "cpu/psci.h"

#include "cpu/hyp_stub.h"

#define PSCI_AFFINITY_INFO 0xc4000004U /* the 64-bit form: an affinity has 40 bits */
#define PSCI_SYSTEM_RESET  0x84000009U
#define PSCI_CPU_ON        0xc4000003U

bool lethe_psci_is_usable(enum lethe_psci conduit, unsigned int el)
{
	return conduit == LETHE_PSCI_SMC || (conduit == LETHE_PSCI_HVC && el == 1);
}

static int32_t call(enum lethe_psci conduit, uint64_t function, uint64_t arg1, uint64_t arg2,
		    uint64_t arg3)
{
	return (int32_t)(conduit == LETHE_PSCI_SMC
				 ? lethe_smc(function, arg1, arg2, arg3)
				 : lethe_hyp_stub_call(function, arg1, arg2, arg3));
}

int32_t lethe_psci_affinity_info(enum lethe_psci conduit, uint64_t affinity)
{
	return call(conduit, PSCI_AFFINITY_INFO, affinity, 0, 0);
}

int32_t lethe_psci_cpu_on(enum lethe_psci conduit, uint64_t affinity, uint64_t entry,
			  uint64_t context)
{
	return call(conduit, PSCI_CPU_ON, affinity, entry, context);
}

void lethe_psci_reset(enum lethe_psci conduit)
{
	call(conduit, PSCI_SYSTEM_RESET, 0, 0, 0);
}
