/* SPDX-License-Identifier: BSD-2-Clause */
/* The other CPUs of the tree: they wait at EL3, in scratch memory, or below it at the words of a spin-table. */
#include <string.h>

#include "el3/call.h"
#include "flash/flash.h"
#include "flash/offsets.h"
#include "flash/tree.h"
#include "monitor/cpus.h"
#include "monitor/instructions.h"

/* The code of the spin-table's pen is at the end of its page: boards have their words at the front. */
#define SPIN_CODE 0xf00U

static void fill(void)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	unsigned int i;

	lethe_monitor.is_own = 1;
	lethe_monitor.count = lethe_flash_state.cpu_count;
	for (i = 0; i < lethe_flash_state.cpu_count; i++) {
		const uint64_t id = lethe_flash_state.cpu[i].id;

		lethe_monitor.cpu[i].id = id;
		lethe_monitor.cpu[i].state =
			id == flash->boot_cpu ? LETHE_MONITOR_ON : LETHE_MONITOR_OFF;
	}
	if (lethe_monitor_find(flash->boot_cpu) == 0) {
		lethe_flash_fail("not in the device tree: CPU ", flash->boot_cpu, flash);
	}
}

/* All go below EL3, to wait there at their words. */
static void spin(void)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	struct lethe_monitor_cpu *own = lethe_monitor_find(flash->boot_cpu);
	const uint64_t entry = flash->spin_page + SPIN_CODE;
	unsigned int i;

	lethe_flash_ram_need(flash->spin_page, LETHE_FLASH_PAGE);
	memcpy((void *)entry, lethe_el3_spin, (size_t)(lethe_el3_spin_end - lethe_el3_spin));
	for (i = 0; i < lethe_flash_state.cpu_count; i++) {
		const struct lethe_flash_cpu *cpu = &lethe_flash_state.cpu[i];

		if (cpu->id == flash->boot_cpu || cpu->release == 0) {
			continue;
		}
		/* A word anywhere else would be on the tree's word alone. */
		if (cpu->release % 8 != 0 || cpu->release < flash->spin_page ||
		    cpu->release >= entry) {
			lethe_flash_fail("cpu-release-addr outside the page: ",
					 cpu->release, flash);
		}
		*(volatile uint64_t *)cpu->release = 0;
		SEEN(); /* before the CPU looks */
		lethe_monitor_cpu_on(own, cpu->id, entry, cpu->release);
	}
}

void lethe_flash_cpus(void)
{
	fill();
	SEEN(); /* all of it is there, before the sign is */
	lethe_flash_state.ready = LETHE_FLASH_READY;
	SEEN(); /* and the sign, before they are woken to look */
	WAKE();
	if (lethe_flash_parameters()->cpus == LETHE_FLASH_SPIN_TABLE) {
		spin();
	}
}
