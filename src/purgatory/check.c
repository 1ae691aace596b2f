/* SPDX-License-Identifier: BSD-2-Clause */
/* Stage 1 of the purgatory: checks the symbols patched by kexec-tools. */
#include <lethe/version.h>

#include "purgatory/purgatory.h"
#include "stages.h"

/* With kexec -i no region is known, so Lethe does not read the tree either. Never returns. */
static void go_unchecked(struct lethe_context *ctx) __attribute__((noreturn));

static void go_unchecked(struct lethe_context *ctx)
{
	static struct lethe_slot slot;

	lethe_purgatory_sink(arm64_sink, "lethe: " LETHE_VERSION
					 " purgatory: nothing is checked (kexec --no-checks)\r\n");
	slot.x[0] = arm64_dtb_addr;
	ctx->slot = &slot;
	lethe_stage_handoff(ctx);
}

int lethe_stage_check(struct lethe_context *ctx, int door_status)
{
	int status;

	(void)door_status;
	if (ctx->el == 3) {
		return LETHE_E_EL3;
	}
	status = lethe_purgatory_plan(ctx, &ctx->where);
	if (skip_checks) {
		go_unchecked(ctx);
	}
	ctx->stage_bytes = sizeof(struct lethe_purgatory_plan);
	return status;
}
