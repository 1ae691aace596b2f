/* SPDX-License-Identifier: BSD-2-Clause */
#include "fault.h"

#include "console.h"
#include "entry.h"
#include "stop.h"

uint32_t lethe_serror_inherited;

void lethe_fault(uint64_t kind, uint64_t esr, uint64_t elr, uint64_t far, uint64_t el)
{
	static int faulted;
	int status = kind == LETHE_FAULT_SERROR ? LETHE_E_SERROR : LETHE_E_FAULT;

	if (faulted) { /* in the printing below, most likely: nothing can be said any more */
		lethe_halt(status, lethe_stop_context.stage);
	}
	faulted = 1;
	lethe_line("FAULT EL%u esr=0x%x elr=0x%x far=0x%x stage=%s", el, esr, elr, far,
		   lethe_stage_name(lethe_stop_context.stage));
	lethe_stop(status);
}
