/* SPDX-License-Identifier: BSD-2-Clause */
/* The whole boot, in order. Each stage is in the file of the same name. All doors enter here. */
#include "main.h"

#include "dry_run.h"
#include "fallback.h"
#include "next_bundle.h"
#include "run.h"
#include "stages.h"
#include "stop.h"

struct lethe_context lethe_boot_context;

void lethe_boot_sequence(struct lethe_context *ctx, int door_status)
{
	lethe_stop_context.el = ctx->el;
	lethe_stop_context.next_slot = (uint64_t)lethe_next_slot;
	RUN(CHECK, lethe_stage_check(ctx, door_status));
	RUN(MEMORY, lethe_stage_memory(ctx));
	RUN(READ, lethe_stage_read(ctx));
	if (lethe_dry_run_is_wanted(ctx)) {
		lethe_dry_run(ctx);
		lethe_stop_halt(LETHE_OK);
	}

	/* Nothing outside Lethe was written above this line. */

	RUN(MOVE, lethe_stage_move(ctx));
	RUN(VERIFY, lethe_stage_verify(ctx));
	RUN(DESCRIBE, lethe_stage_describe(ctx));
	RUN(PUBLISH, lethe_stage_publish(ctx));
	lethe_run_begin(LETHE_STAGE_HANDOFF);
	lethe_stage_handoff(ctx); /* does not return */
}

void lethe_next_slot(void)
{
	if (!lethe_stop_has_slot()) {
		lethe_next_bundle(&lethe_boot_context);
		lethe_stop(lethe_stop_context.status);
	}
	lethe_fallback(&lethe_boot_context);
	lethe_boot_sequence(&lethe_boot_context, LETHE_OK);
}
