/* SPDX-License-Identifier: BSD-2-Clause */
/* What is asked of a PSCI 1.0 at EL3 alone: the others leave some of it open. */
#include "program.h"

#define FIRST 1
#define LAST  3

static void check_features(void)
{
	say("features-of-version", psci(PSCI_FEATURES, VERSION, 0, 0));
	say("features-of-features", psci(PSCI_FEATURES, PSCI_FEATURES, 0, 0));
	say("features-of-off", psci(PSCI_FEATURES, CPU_OFF, 0, 0));
	say("features-of-on-32", psci(PSCI_FEATURES, CPU_ON & ~SMC64, 0, 0));
	say("features-of-info", psci(PSCI_FEATURES, AFFINITY_INFO, 0, 0));
	say("features-of-info-32", psci(PSCI_FEATURES, AFFINITY_INFO & ~SMC64, 0, 0));
	say("features-of-migrate", psci(PSCI_FEATURES, MIGRATE_INFO_TYPE, 0, 0));
	say("features-of-system-off", psci(PSCI_FEATURES, SYSTEM_OFF, 0, 0));
	say("features-of-system-reset", psci(PSCI_FEATURES, SYSTEM_RESET, 0, 0));
	say("features-of-suspend", psci(PSCI_FEATURES, CPU_SUSPEND, 0, 0));
	say("features-of-64-bit-off", psci(PSCI_FEATURES, CPU_OFF | SMC64, 0, 0));
	say("features-of-smccc-version", psci(PSCI_FEATURES, SMCCC_VERSION, 0, 0));
	say("suspend-unknown", psci(CPU_SUSPEND, 0, (uint64_t)second_entry, 0));
}

/* All at once, which came from reset together; each is seen, and off again. */
static void check_all(void)
{
	unsigned int cpu;

	say("on-misaligned", psci(CPU_ON, FIRST, (uint64_t)first_entry + 2, 0));
	say("info-misaligned", psci(AFFINITY_INFO, FIRST, 0, 0));
	for (cpu = FIRST; cpu <= LAST; cpu++) {
		if (turn_on(cpu, cpu) != 0) {
			fail("a CPU is not turned on");
		}
	}
	for (cpu = FIRST; cpu <= LAST; cpu++) {
		await_arrivals(cpu, 1);
		if (cpus[cpu].x[0] != cpu || (cpus[cpu].mpidr & 0xffffff) != cpu) {
			fail("a CPU is not the one that was asked for");
		}
	}
	for (cpu = FIRST; cpu <= LAST; cpu++) {
		turn_off(cpu);
		cpus[cpu].arrivals = 0; /* the other checks begin with none */
	}
	say("all-came", LAST);
}

void check_el3(void)
{
	if (has_flag(FLAG_EL3)) {
		check_features();
		check_all();
	}
}
