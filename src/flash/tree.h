/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FLASH_TREE_H
#define LETHE_FLASH_TREE_H

#include <stdint.h>

#include "monitor/monitor.h"

/* A CPU of the tree. */
struct lethe_flash_cpu {
	uint64_t id;	  /* affinity */
	uint64_t release; /* PA of its word of a spin-table, or 0 */
};

extern struct lethe_flash_cpu lethe_flash_cpu[LETHE_MONITOR_CPU_MAX];
extern unsigned int lethe_flash_cpu_count;

/* In the page of a spin-table that a tree has not: a word on a cache line of its own for each CPU. */
#define LETHE_FLASH_SPIN_WORDS 0x100U
#define LETHE_FLASH_SPIN_STEP  64U

#endif
