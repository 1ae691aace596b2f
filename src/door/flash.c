/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The flash door: from the reset vector to byte 0 of a bundle in RAM, at the highest level below
 * EL3.
 *
 * The bundle is an Image like any other, so EL3 has no boot of its own. Nothing is digested here:
 * the bundle's digests prove what was read from flash as well. A bundle that gives up, with another
 * one behind it in the file, finds LETHE_FLASH_NEXT_MAGIC in x1 and asks for that one: by SMC, or,
 * where nothing of ours stays above it, at the entry in x3 with x0 = x2.
 */
#include <lethe/version.h>

#include "el3/call.h"
#include "el3/gic.h"
#include "el3/own.h"
#include "flash/flash.h"
#include "monitor/cpus.h"

void lethe_flash_main(uint64_t el, uint64_t slot, uint64_t file, uint64_t copy)
	__attribute__((noreturn));

/* Tree and bundle, to where they are used. */
static void bring(void)
{
	const uint64_t size = lethe_flash_slot_choose();

	lethe_flash_map_on(size);
	lethe_flash_tree();
	lethe_flash_slot_copy();
	/* Where CPUs wait already, nothing is to be written. */
	if (lethe_flash_state.el == 3 && lethe_flash_state.ready == 0 &&
	    lethe_flash_parameters()->cpus == LETHE_FLASH_SPIN_TABLE) {
		lethe_flash_cpus_spin();
	}
	lethe_flash_map_off();
}

static void __attribute__((noreturn)) enter(void)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	uint64_t x[4] = {flash->tree};

	if (lethe_flash_has_next()) {
		x[1] = LETHE_FLASH_NEXT_MAGIC;
		x[2] = lethe_flash_state.el == 3 ? LETHE_FLASH_NEXT_SMC
						 : lethe_flash_state.slot + 1;
		x[3] = lethe_flash_state.file + 4; /* struct lethe_flash_head, next */
	}
	if (lethe_flash_state.el != 3) {
		lethe_flash_branch(flash->load, x);
	}
	lethe_el3_boss(lethe_el3_own(), flash->load, x,
		       (uint64_t)(lethe_monitor_find(flash->boot_cpu) + 1));
}

void lethe_flash_main(uint64_t el, uint64_t slot, uint64_t file, uint64_t copy)
{
	const struct lethe_flash *flash = lethe_flash_parameters();

	lethe_flash_state.el = (unsigned int)el;
	lethe_flash_state.slot = (unsigned int)slot;
	lethe_flash_state.file = file;
	lethe_flash_puts("lethe: " LETHE_VERSION " flash at ", flash);
	lethe_flash_put_hex(file, flash);
	lethe_flash_puts(" EL", flash);
	lethe_flash_put('0' + el, flash);
	lethe_flash_puts("\r\n", flash);
	if (copy != 0) {
		lethe_flash_line("parameters damaged, their copy is used: ",
				 file + LETHE_FLASH_CODE_SIZE);
	}
	bring();
	if (el == 3) {
		lethe_flash_writes(flash->counter, LETHE_FLASH_WRITES);
		if (!lethe_el3_gic_distributor(flash)) {
			lethe_flash_line("GIC: busy at ", flash->distributor);
		}
		lethe_flash_cpus();
	}
	enter();
}

void lethe_flash_again(void)
{
	lethe_flash_state.slot++;
	bring();
	enter();
}
