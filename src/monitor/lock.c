/* SPDX-License-Identifier: BSD-2-Clause */
#include "monitor/lock.h"

#include "monitor/instructions.h"

static uint32_t look(const uint32_t *at)
{
	return *(const volatile uint32_t *)at;
}

static void put(uint32_t *at, uint32_t value)
{
	*(volatile uint32_t *)at = value;
}

void lethe_monitor_lock(struct lethe_monitor_cpu *own)
{
	struct lethe_monitor_cpu *const end = lethe_monitor.cpu + lethe_monitor.count;
	struct lethe_monitor_cpu *other;
	uint32_t last = 0;

	put(&own->is_choosing, 1);
	ORDER(); /* announced, before the others' tickets are read */
	for (other = lethe_monitor.cpu; other < end; other++) {
		const uint32_t ticket = look(&other->ticket);

		last = ticket > last ? ticket : last;
	}
	put(&own->ticket, last + 1);
	ORDER(); /* the ticket is there, before it counts */
	put(&own->is_choosing, 0); /* the others see it sooner or later */
	for (other = lethe_monitor.cpu; other < end; other++) {
		uint32_t ticket;

		while (look(&other->is_choosing) != 0) {
			PAUSE();
		}
		ORDER(); /* its choice is made, before it is read */
		while ((ticket = look(&other->ticket)) != 0 &&
		       (ticket < last + 1 || (ticket == last + 1 && other < own))) {
			PAUSE();
		}
	}
	ORDER(); /* the turn has come, before anything is read that the lock guards */
}

void lethe_monitor_unlock(struct lethe_monitor_cpu *own)
{
	ORDER(); /* all is done, before the next one's turn comes */
	put(&own->ticket, 0);
}
