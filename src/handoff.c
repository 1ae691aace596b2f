/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 8: what the registers of this level must hold, the last line, and the crossing. */
#include <lethe/handoff.h>

#include "console/console.h"
#include "entry.h"
#include "context.h"

unsigned int lethe_handoff_el(const struct lethe_road *road)
{
	return road->plan->el == LETHE_EL_1 ? 1 : road->el;
}

void lethe_cross(struct lethe_road *road)
{
	static struct lethe_handoff handoff;
	static struct lethe_cpu_id id;
	static struct lethe_el2_regs regs;
	unsigned int i;

	handoff.entry = road->placement.entry;
	for (i = 0; i < 4; i++) {
		handoff.x[i] = road->slot->x[i];
	}
	if (road->tree != 0) {
		handoff.x[0] = road->placement.tree;
	}
	handoff.to_el1 = road->el == 2 && lethe_handoff_el(road) == 1;
	if (road->el == 2) {
		id.e2h = road->e2h;
		/* A tree without CPUs describes no interrupt controller either: leave GICv3 within
		 * reach. */
		id.gic_v3 = road->facts.has_gic_v3 || road->facts.cpu_count == 0;
		lethe_cpu_id_read(&id);
		lethe_el2_regs(&id, (int)handoff.to_el1, &regs);
		lethe_el2_prepare(&id, &regs);
		handoff.hcr = regs.hcr;
		handoff.sctlr = regs.sctlr;
	} else {
		lethe_el1_prepare();
	}
	handoff.own_start = (uint64_t)lethe_image_start;
	handoff.own_end = (uint64_t)lethe_blob_end;
	lethe_line("enter 0x%x EL%u", handoff.entry, (uint64_t)lethe_handoff_el(road));
	lethe_console_drain();
	lethe_handoff(&handoff);
}
