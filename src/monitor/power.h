/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_MONITOR_POWER_H
#define LETHE_MONITOR_POWER_H

#include "monitor/monitor.h"

/* Makes the board's writes, in order, and waits for what they do. Without any the machine stays as
 * it is: halted. */
void lethe_monitor_power(const struct lethe_monitor_write writes[LETHE_MONITOR_WRITES])
	__attribute__((noreturn));

#endif
