/* SPDX-License-Identifier: BSD-2-Clause */
#include "el3/own.h"

#include "cpu/sysreg.h"
#include "el3/el3.h"
#include "el3/gic.h"
#include "flash/flash.h"

uint64_t lethe_el3_own(void)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	struct lethe_el3_id id;
	struct lethe_el3_regs regs;

	lethe_el3_id_read(&id);
	id.cpu.gic_v3 = flash->gic == 3;
	/* PSCI's handler stays; so does the way to another bundle. */
	id.is_smd = flash->cpus != LETHE_FLASH_PSCI && !lethe_flash_has_next();
	lethe_el3_regs(&id, &regs);
	lethe_el3_prepare(&id, &regs, flash->frequency);
	if (!lethe_el3_gic_cpu(flash, READ(mpidr_el1))) {
		lethe_flash_line("GIC: nothing for CPU ", READ(mpidr_el1));
	}
	return id.has_el2 ? SPSR_EL2H_MASKED : SPSR_EL1H_MASKED;
}
