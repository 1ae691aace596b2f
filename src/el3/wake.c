/* SPDX-License-Identifier: BSD-2-Clause */
/* How the CPUs of a flash file are started: they wait in the pen; or the board keeps them in reset.
 */
#include "flash/flash.h"
#include "monitor/cpus.h"
#include "monitor/instructions.h"

/* A CPU that is out of reset already is in the pen, and nothing happens to it. */
static void let_out(uint64_t id)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	const unsigned int number = id & 0xff;
	const uint64_t entry = (uint64_t)lethe_flash_start;
	volatile uint32_t *vector;
	volatile uint32_t *wake;

	if (flash->vector == 0) {
		return;
	}
	vector = (volatile uint32_t *)(flash->vector + (uint64_t)flash->vector_stride * number);
	wake = (volatile uint32_t *)flash->wake;
	vector[0] = (uint32_t)entry;
	vector[1] = (uint32_t)(entry >> 32);
	SEEN(); /* it may come at once, and two devices are in no order otherwise */
	*wake &= ~(flash->wake_mask << number);
}

int64_t lethe_monitor_wake(struct lethe_monitor_cpu *cpu)
{
	lethe_monitor_put(&cpu->word, (uint64_t)lethe_monitor_secondary);
	SEEN(); /* the word is there, before the CPU looks */
	let_out(cpu->id);
	WAKE();
	return 0;
}
