/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the start and the stop (awake.c). */
#ifndef COHSAN_AWAKE_H
#define COHSAN_AWAKE_H

#include <stdbool.h>

#include "cohsan.h"

enum awake { ASLEEP, AWAKE, STOPPED };

extern bool several_cpus; /* set once, before any of them runs */

void lock(void);
void unlock(void);
enum awake awake_state(void);          /* with the lock, or when QEMU ends */
void awake_set(enum awake to);         /* with the lock */
struct cpu *cpu_at(unsigned int vcpu); /* with the lock, when awake */
struct cpu *enter(unsigned int vcpu);  /* with the lock; NULL, without it: asleep, or stopped */
struct cpu *
glance(unsigned int vcpu); /* without the lock; NULL: asleep, or new: a CPU's own thread wakes it */

#endif
