/* SPDX-License-Identifier: BSD-2-Clause */
#include "cpu/fault.h"

#include <stdbool.h>

#include "console/console.h"
#include "cpu/sysreg.h"
#include "entry.h"
#include "stop.h"

/* In .data: exception.S sets it before entry.S zeroes bss. */
uint32_t lethe_fault_serror_inherited
	__attribute__((section(".data.lethe_fault_serror_inherited")));

/* True if the CPU wrote FAR_ELx for an exception of this class (Arm ARM, "FAR_ELx"). */
static bool has_far(uint64_t esr)
{
	const unsigned int class = (unsigned int)(esr >> ESR_EC_SHIFT) & ESR_EC_MASK;

	return class == ESR_EC_IABT_LOWER || class == ESR_EC_IABT || class == ESR_EC_PC_ALIGNMENT ||
	       class == ESR_EC_DABT_LOWER || class == ESR_EC_DABT;
}

void lethe_fault(uint64_t kind, uint64_t esr, uint64_t elr, uint64_t far, uint64_t el)
{
	int status = kind == LETHE_FAULT_SERROR ? LETHE_E_SERROR : LETHE_E_FAULT;

	/* The CPU writes neither register for an interrupt, and FAR only for a few exceptions: an
	 * old value would mislead. */
	esr = kind == LETHE_FAULT_IRQ || kind == LETHE_FAULT_FIQ ? 0 : esr;
	far = kind == LETHE_FAULT_SYNC && has_far(esr) ? far : 0;
	/* A second fault probably comes from the printing below: halt without printing. */
	if (lethe_stop_context.has_faulted) {
		lethe_halt(status, lethe_stop_context.stage);
	}
	lethe_stop_context.has_faulted = true;
	lethe_console_line("FAULT EL%u esr=0x%x elr=0x%x far=0x%x stage=%s", el, esr, elr, far,
			   lethe_stage_name(lethe_stop_context.stage));
	lethe_stop(status);
}
