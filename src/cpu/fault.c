/* SPDX-License-Identifier: BSD-2-Clause */
#include "cpu/fault.h"

#include "console/console.h"
#include "entry.h"
#include "stop.h"

/* In .data: it is set before bss is zeroed. */
uint32_t lethe_serror_inherited __attribute__((section(".data.lethe_serror_inherited")));

/* Instruction and data aborts, PC alignment (Arm ARM, "FAR_ELx"). */
static int has_far(uint64_t esr)
{
	unsigned int class = (unsigned int)(esr >> 26) & 0x3f;

	return class == 0x20 || class == 0x21 || class == 0x22 || class == 0x24 || class == 0x25;
}

void lethe_fault(uint64_t kind, uint64_t esr, uint64_t elr, uint64_t far, uint64_t el)
{
	int status = kind == LETHE_FAULT_SERROR ? LETHE_E_SERROR : LETHE_E_FAULT;

	/* Of an interrupt the CPU writes neither, of most other exceptions not FAR: what is there
	 * is old. */
	esr = kind == LETHE_FAULT_IRQ || kind == LETHE_FAULT_FIQ ? 0 : esr;
	far = kind == LETHE_FAULT_SYNC && has_far(esr) ? far : 0;
	/* In the printing below, most likely: nothing can be said any more. */
	if (lethe_stop_context.has_faulted) {
		lethe_halt(status, lethe_stop_context.stage);
	}
	lethe_stop_context.has_faulted = 1;
	lethe_line("FAULT EL%u esr=0x%x elr=0x%x far=0x%x stage=%s", el, esr, elr, far,
		   lethe_stage_name(lethe_stop_context.stage));
	lethe_stop(status);
}
