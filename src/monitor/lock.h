/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_MONITOR_LOCK_H
#define LETHE_MONITOR_LOCK_H

#include "monitor/monitor.h"

/*
 * Lamport's bakery: a lock by loads and stores alone, because exclusives need the caches. own: the
 * slot of the CPU that runs this. First come, first served, so a wait is bounded by the others'
 * turns.
 */
void lethe_monitor_lock(struct lethe_monitor_cpu *own);
void lethe_monitor_unlock(struct lethe_monitor_cpu *own);

#endif
