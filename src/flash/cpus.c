/* SPDX-License-Identifier: BSD-2-Clause */
/* The other CPUs of the tree: they wait at EL3, in scratch memory, or below it at the words of a spin-table. */
#include <string.h>

#include "el3/call.h"
#include "el3/wake.h"
#include "fdt/fdt_cpus.h"
#include "flash/flash.h"
#include "flash/offsets.h"
#include "monitor/cpus.h"
#include "monitor/instructions.h"

/* The code of the spin-table's pen is at the end of its page: boards have their words at the front. */
#define SPIN_CODE 0xf00U

volatile uint64_t lethe_flash_ready;

static void fill(struct lethe_fdt_facts *facts)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	struct lethe_fdt_cpu cpu;
	int node = 0;

	lethe_monitor.is_own = 1;
	while (lethe_monitor.count < LETHE_MONITOR_CPU_MAX &&
	       lethe_fdt_cpu_next(facts, &node, &cpu)) {
		struct lethe_monitor_cpu *const slot = &lethe_monitor.cpu[lethe_monitor.count++];

		slot->id = cpu.id;
		slot->state = cpu.id == flash->boot_cpu ? LETHE_MONITOR_ON : LETHE_MONITOR_OFF;
	}
	if (lethe_monitor_find(flash->boot_cpu) == 0) {
		lethe_flash_fail("the device tree does not have CPU ", flash->boot_cpu, flash);
	}
}

/* All go below EL3, to wait there at their words. */
static void spin(struct lethe_fdt_facts *facts)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	struct lethe_monitor_cpu *own = lethe_monitor_find(flash->boot_cpu);
	const uint64_t entry = flash->spin_page + SPIN_CODE;
	struct lethe_fdt_cpu cpu;
	int node = 0;

	lethe_flash_need_ram(flash->spin_page, LETHE_FLASH_PAGE);
	memcpy((void *)entry, lethe_el3_spin, (size_t)(lethe_el3_spin_end - lethe_el3_spin));
	while (lethe_fdt_cpu_next(facts, &node, &cpu)) {
		if (cpu.id == flash->boot_cpu || cpu.enable != LETHE_FDT_ENABLE_SPIN_TABLE) {
			continue;
		}
		/* A word anywhere else would be on the tree's word alone. */
		if (cpu.release_addr < flash->spin_page ||
		    cpu.release_addr > entry - sizeof(uint64_t)) {
			lethe_flash_fail("the device tree has a release address outside the page, ",
					 cpu.release_addr, flash);
		}
		*(volatile uint64_t *)cpu.release_addr = 0;
		SEEN(); /* before the CPU looks */
		if (lethe_monitor_cpu_on(own, cpu.id, entry, cpu.release_addr) == 0) {
			lethe_el3_wake(cpu.id);
		}
	}
}

void lethe_flash_cpus(void)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	struct lethe_fdt_facts facts;

	facts.tree.dtb = (const void *)flash->tree;
	facts.cpus = lethe_fdt_child(facts.tree, 0, "cpus", 4);
	fill(&facts);
	SEEN(); /* all of it is there, before the sign is */
	lethe_flash_ready = LETHE_FLASH_READY;
	SEEN(); /* and the sign, before they are woken to look */
	WAKE();
	if (flash->cpus == LETHE_FLASH_SPIN_TABLE) {
		spin(&facts);
	}
}
