/* SPDX-License-Identifier: BSD-2-Clause */
/* The other CPUs of the tree: they wait at EL3, in scratch memory, or below it at the words of a
 * spin-table. */
#include <string.h>

#include <lethe/cache.h>

#include "el3/call.h"
#include "flash/flash.h"
#include "flash/ready.h"
#include "flash/spin_page.h"
#include "monitor/cpus.h"
#include "monitor/instructions.h"

/* A word anywhere else would be on the tree's word alone. */
static bool is_in_page(uint64_t word)
{
	const uint64_t page = lethe_flash_parameters()->spin_page;

	return word % 8 == 0 && word >= page && word < page + LETHE_FLASH_SPIN_CODE;
}

void lethe_flash_cpus_spin(void)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	const uint64_t page = flash->spin_page;
	unsigned int i;

	lethe_flash_ram_need(page, LETHE_FLASH_PAGE);
	lethe_dcache_clean_inval_poc(page, page + LETHE_FLASH_PAGE); /* as in slot.c */
	memcpy((void *)(page + LETHE_FLASH_SPIN_CODE), lethe_el3_spin,
	       (size_t)(lethe_el3_spin_end - lethe_el3_spin));
	for (i = 0; i < lethe_flash_state.cpu_count; i++) {
		const uint64_t word = lethe_flash_state.cpu[i].release;

		if (word == 0) {
			continue;
		}
		if (!is_in_page(word)) {
			lethe_flash_fail("cpu-release-addr off page: ", word, flash);
		}
		*(uint64_t *)word = 0;
	}
	lethe_dcache_clean_inval_poc(page, page + LETHE_FLASH_PAGE); /* to memory */
}

/* Returns this CPU's slot. */
static struct lethe_monitor_cpu *fill(void)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	struct lethe_monitor_cpu *own;
	unsigned int i;

	lethe_monitor.is_own = 1;
	lethe_monitor.count = lethe_flash_state.cpu_count;
	for (i = 0; i < lethe_flash_state.cpu_count; i++) {
		const uint64_t id = lethe_flash_state.cpu[i].id;

		lethe_monitor.cpu[i].id = id;
		lethe_monitor.cpu[i].state =
			id == flash->boot_cpu ? LETHE_MONITOR_ON : LETHE_MONITOR_OFF;
	}
	own = lethe_monitor_find(flash->boot_cpu);
	if (own == 0) {
		lethe_flash_fail("device tree lacks CPU ", flash->boot_cpu, flash);
	}
	return own;
}

void lethe_flash_cpus(void)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	struct lethe_monitor_cpu *own = fill();
	unsigned int i;

	SEEN(); /* all of it is there, before the sign is */
	lethe_flash_state.ready = LETHE_FLASH_READY;
	SEEN(); /* and the sign, before they are woken to look */
	WAKE();
	for (i = 0; flash->cpus == LETHE_FLASH_SPIN_TABLE && i < lethe_flash_state.cpu_count; i++) {
		const struct lethe_flash_cpu *cpu = &lethe_flash_state.cpu[i];

		if (cpu->release != 0) {
			lethe_monitor_cpu_on(own, cpu->id, flash->spin_page + LETHE_FLASH_SPIN_CODE,
					     cpu->release);
		}
	}
}
