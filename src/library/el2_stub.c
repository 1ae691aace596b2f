/* SPDX-License-Identifier: BSD-2-Clause */
/* The hyp stub for library callers: into a page, and EL2 prepared for EL1 below (el2_stub.S is the stub). */
#include <lethe/el2_stub.h>

#include <stdint.h>
#include <string.h>

#include <lethe/cache.h>

#include "cpu/sysreg.h"
#include "library/el2_stub_internal.h"

int lethe_el2_stub_install(void *page)
{
	const uint64_t start = (uint64_t)page;
	const uint64_t end = start + LETHE_EL2_STUB_SIZE;

	if (READ(CurrentEL) != CURRENTEL_EL2) {
		return LETHE_E_CALLER_EL;
	}
	if (start % LETHE_EL2_STUB_SIZE != 0) {
		return LETHE_E_CALLER_PAGE;
	}
	/* No dirty line may be written over the copy, and no stale one hide it, if the MMU is off. */
	lethe_dcache_clean_inval_poc(start, end);
	memcpy(page, lethe_el2_stub, LETHE_EL2_STUB_SIZE);
	/* EL2 fetches the copy with the MMU off. */
	lethe_dcache_clean_inval_poc(start, end);
	lethe_el2_stub_vectors(start);
	return LETHE_OK;
}

void lethe_el2_stub_prepare(bool gic_v3, struct lethe_handoff *handoff)
{
	struct lethe_cpu_id id;
	struct lethe_el2_regs regs;

	id.e2h = (READ(hcr_el2) & HCR_E2H) != 0;
	id.gic_v3 = gic_v3;
	lethe_cpu_id_read(&id);
	lethe_el2_regs(&id, true, &regs);
	lethe_el2_prepare(&id, &regs);
	handoff->hcr = regs.hcr & ~HCR_HCD;
	handoff->sctlr = regs.sctlr;
	handoff->to_el1 = 1;
}
