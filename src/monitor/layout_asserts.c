/* SPDX-License-Identifier: BSD-2-Clause */
/* Numbers that assembly has of monitor.h; and the memory. */
#include <stddef.h>

#include "monitor/monitor.h"

#define CPU(field, at)                                                                             \
	_Static_assert(offsetof(struct lethe_monitor_cpu, field) == LETHE_MONITOR_##at, #at)

CPU(id, ID);
_Static_assert(offsetof(struct lethe_monitor_cpu, context) == LETHE_MONITOR_ID + 8, "context");
_Static_assert(offsetof(struct lethe_monitor_cpu, entry) == LETHE_MONITOR_ID + 16, "entry");
CPU(level, LEVEL);
CPU(state, STATE);
CPU(x, FRAME);
_Static_assert(sizeof(struct lethe_monitor_cpu) == LETHE_MONITOR_SIZE, "LETHE_MONITOR_SIZE");
_Static_assert(offsetof(struct lethe_monitor, count) == LETHE_MONITOR_COUNT, "COUNT");
_Static_assert(offsetof(struct lethe_monitor, hcr) == LETHE_MONITOR_HCR, "HCR");
_Static_assert(offsetof(struct lethe_monitor, cpu) == LETHE_MONITOR_CPUS, "CPUS");

struct lethe_monitor lethe_monitor;
