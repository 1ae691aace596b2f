/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_MONITOR_CALL_H
#define LETHE_MONITOR_CALL_H

#include "monitor/monitor.h"

/*
 * A call of EL1's on the CPU of slot own, whose registers are in own->x. class: ESR_EL2.EC, of HVC
 * or SMC, or of a memory copy (mops.h). Returns LETHE_MONITOR_*. vectors.S calls it at EL2, MMU off.
 */
unsigned int lethe_monitor_call(struct lethe_monitor_cpu *own, uint64_t class);

#endif
