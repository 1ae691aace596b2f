/* SPDX-License-Identifier: BSD-2-Clause */
/* What a released CPU does: it counts, in memory and on its stack, until the boss has seen enough.
 */
#include "program.h"

#define STEPS 64

__attribute__((section(".worker"))) void work(struct cpu *self)
{
	volatile uint64_t steps[STEPS]; /* lines of the stack that are dirty in the end */
	uint64_t sum = 0;
	unsigned int i;

	for (i = 0; i < STEPS; i++) {
		steps[i] = 0;
	}
	do {
		for (i = 0; i < STEPS; i++) {
			steps[i]++;
			__atomic_store_n(&self->counter, self->counter + 1, __ATOMIC_RELAXED);
		}
		__atomic_store_n(&self->state, COUNTS, __ATOMIC_RELEASE);
	} while (__atomic_load_n(&stop, __ATOMIC_ACQUIRE) == 0);
	for (i = 0; i < STEPS; i++) {
		sum += steps[i];
	}
	__atomic_store_n(&self->state, sum == self->counter ? DONE : COMES, __ATOMIC_RELEASE);
}
