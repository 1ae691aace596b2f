/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 8: the registers of the payload's level, the last line, and the hand-off. */
#include <lethe/handoff.h>

#include "console/console.h"
#include "cpu/el2.h"
#include "entry.h"
#include "handoff.h"
#include "smp/hold.h"
#include "stages.h"

unsigned int lethe_handoff_el(const struct lethe_context *ctx)
{
	return ctx->plan->el == LETHE_EL_1 ? 1 : ctx->el;
}

/* Prepares EL2 for a payload at EL2. */
static void prepare_el2(const struct lethe_context *ctx, struct lethe_handoff *handoff)
{
	struct lethe_cpu_id id;
	struct lethe_el2_regs regs;

	id.e2h = ctx->e2h;
	lethe_el2_own_id(&id);
	lethe_el2_regs_own(&id, &regs);
	lethe_el2_own_prepare(&regs);
	handoff->hcr = regs.hcr;
	handoff->sctlr = regs.sctlr;
}

/* Prepares EL2 and EL1 for a payload at either level. */
static void prepare_el2_and_el1(const struct lethe_context *ctx, struct lethe_handoff *handoff)
{
	static struct lethe_cpu_id id;
	static struct lethe_el2_regs regs;

	id.e2h = ctx->e2h;
	/* A tree without CPUs names no interrupt controller either: give EL1 access to GICv3. */
	id.gic_v3 = ctx->facts.has_gic_v3 || ctx->facts.cpu_count == 0;
	lethe_cpu_id_read(&id);
	lethe_el2_regs(&id, handoff->to_el1 != 0, &regs);
	lethe_el2_prepare(&id, &regs);
	handoff->hcr = regs.hcr;
	handoff->sctlr = regs.sctlr;
}

void lethe_stage_handoff(struct lethe_context *ctx)
{
	static struct lethe_handoff handoff;
	unsigned int i;

	handoff.entry = ctx->placement.entry;
	for (i = 0; i < 4; i++) {
		handoff.x[i] = ctx->slot->x[i];
	}
	if (ctx->tree != 0) {
		handoff.x[0] = ctx->placement.tree.start;
	}
	handoff.to_el1 = ctx->el == 2 && lethe_handoff_el(ctx) == 1;
	if (ctx->el == 2 && lethe_el1_is_prepared()) {
		prepare_el2_and_el1(ctx, &handoff);
	} else if (ctx->el == 2) {
		prepare_el2(ctx, &handoff);
	} else if (lethe_el1_is_prepared()) {
		lethe_el1_prepare();
	}
	lethe_hold_handoff(&handoff);
	handoff.own_start = (uint64_t)lethe_image_start;
	handoff.own_end = (uint64_t)lethe_blob_end;
	lethe_console_line("enter 0x%x EL%u", handoff.entry, (uint64_t)lethe_handoff_el(ctx));
	lethe_console_drain();
	lethe_handoff(&handoff);
}
