/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_MONITOR_MOPS_H
#define LETHE_MONITOR_MOPS_H

#include "monitor/monitor.h"

/*
 * A memory copy or set (FEAT_MOPS) that began on a CPU of one kind goes on at one of the other: its
 * registers become those of its beginning, for what is left to do, and it begins again. booting.rst
 * has the exception come to EL2 (HCRX_EL2.MCE2). At EL2, behind the exception.
 */
void lethe_monitor_mops(struct lethe_monitor_cpu *own);

#endif
