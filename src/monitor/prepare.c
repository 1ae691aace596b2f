/* SPDX-License-Identifier: BSD-2-Clause */
/* EL2 of a CPU that comes into the monitor, by this CPU's own ID registers. */
#include <lethe/handoff.h>

#include "cpu/sysreg.h"
#include "monitor/monitor.h"
#include "monitor/prepare.h"

uint64_t lethe_monitor_prepare(uint64_t to_el1)
{
	struct lethe_cpu_id id;
	struct lethe_el2_regs regs;

	id.e2h = (lethe_monitor.hcr & HCR_E2H) != 0;
	id.gic_v3 = lethe_monitor.is_gic_v3 != 0;
	lethe_cpu_id_read(&id);
	lethe_el2_regs(&id, to_el1 != 0, &regs);
	lethe_el2_prepare(&id, &regs);
	WRITE(sctlr_el2, regs.sctlr); /* M, C, I = 0 as before; in force behind the caller's ISB */
	return to_el1 != 0 ? lethe_monitor_hcr(regs.hcr) : regs.hcr;
}
