/* SPDX-License-Identifier: BSD-2-Clause */
#include "monitor/power.h"

void lethe_monitor_power(const struct lethe_monitor_write writes[LETHE_MONITOR_WRITES])
{
	unsigned int i;

	/* The kernel's last stores, to a disk's controller above all, are out before. */
	__asm__ volatile("dsb sy" : : : "memory");
	for (i = 0; i < LETHE_MONITOR_WRITES && writes[i].address != 0; i++) {
		volatile uint32_t *reg = (volatile uint32_t *)writes[i].address;

		*reg = (*reg & writes[i].keep) | writes[i].value;
		/* A board has its registers in order, whatever buses they are on. */
		__asm__ volatile("dsb sy" : : : "memory");
	}
	for (;;) {
		__asm__ volatile("wfi");
	}
}
