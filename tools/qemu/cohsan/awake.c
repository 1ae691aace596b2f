/* SPDX-License-Identifier: BSD-2-Clause */
/* Asleep until the start, awake up to the stop; and the one lock of all callbacks that change something. */
#include "awake.h"

#include <pthread.h>

#include "quick.h"

bool several_cpus;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static enum awake state = ASLEEP; /* changed with the lock, read without */

void lock(void)
{
	if (several_cpus) {
		pthread_mutex_lock(&mutex);
		quick_forbid();
	}
}

void unlock(void)
{
	if (several_cpus) {
		quick_allow();
		pthread_mutex_unlock(&mutex);
	}
}

/* If true, all that wake() has set is seen. */
static bool is_awake(void)
{
	return __atomic_load_n(&state, __ATOMIC_ACQUIRE) == AWAKE;
}

enum awake awake_state(void)
{
	return state;
}

void awake_set(enum awake to)
{
	__atomic_store_n(&state, to, __ATOMIC_RELEASE);
}

/* Not inline: every callback makes the test before this. */
static __attribute__((noinline)) void first_seen(struct cpu *cpu, unsigned int index)
{
	unsigned int regime;

	cpu_wake(cpu, index);
	regime = cpu_regime(cpu, cpu_el());
	cpu->el = cpu_el();
	if (cpu_caches(cpu, regime)) { /* started in the middle, with the map in force */
		cpu->tlb_known[regime] = true;
		map_enter(cpu, regime, NULL);
	}
	if (cpu->el < 3 && cpu_mmu(cpu, 3)) { /* firmware's: it may turn this map off and on again */
		cpu->tlb_known[3] = true;
	}
}

struct cpu *cpu_at(unsigned int index)
{
	struct cpu *cpu = &cpus[index];

	if (!cpu->awake) {
		first_seen(cpu, index);
	}
	return cpu;
}

struct cpu *enter(unsigned int vcpu)
{
	if (!is_awake()) {
		return NULL;
	}
	lock();
	if (!is_awake()) { /* another CPU's stop came first */
		unlock();
		return NULL;
	}
	return cpu_at(vcpu);
}

struct cpu *glance(unsigned int vcpu)
{
	return is_awake() && cpus[vcpu].awake ? &cpus[vcpu] : NULL;
}
