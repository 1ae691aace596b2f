/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FDT_CPUS_H
#define LETHE_FDT_CPUS_H

#include "fdt/fdt_get.h"

/* How a CPU is started (Devicetree Specification, 3.8.1; booting.rst). */
enum lethe_fdt_enable {
	LETHE_FDT_ENABLE_UNKNOWN,
	LETHE_FDT_ENABLE_PSCI,
	LETHE_FDT_ENABLE_SPIN_TABLE,
};

/* A CPU that can be started. */
struct lethe_fdt_cpu {
	const char *name; /* of the node */
	uint64_t id;      /* reg: the affinity fields of the CPU's MPIDR */
	enum lethe_fdt_enable enable;
	uint64_t release_addr; /* PA of the word, with LETHE_FDT_ENABLE_SPIN_TABLE */
};

/* True for a subnode of /cpus that is a CPU which can be started. */
bool lethe_fdt_is_cpu(struct lethe_fdt tree, int node);

/*
 * The next CPU of a tree that was read, which can be started. *node: 0 before the first. False
 * after the last. A CPU without a sound reg, or with more bits than an affinity has, is left out.
 */
bool lethe_fdt_cpu_next(const struct lethe_fdt_facts *facts, int *node, struct lethe_fdt_cpu *cpu);

#endif
