/* SPDX-License-Identifier: BSD-2-Clause */
#include "fallback.h"

#include <stddef.h>
#include <string.h>

#include "check_again.h"
#include "console/console.h"
#include "memory_map.h"
#include "publish.h"
#include "smp/crew.h"
#include "stop.h"

void lethe_fallback_leave(struct lethe_context *ctx)
{
	lethe_memory_map_leave(ctx, LETHE_OK);
	/* Before stage 4 nothing was stored, and a refused range, or one of a damaged plan, may be
	 * huge or no memory. */
	if (lethe_stop_context.stage >= LETHE_STAGE_MOVE && lethe_check_again(ctx) == LETHE_OK) {
		lethe_publish_abandoned(ctx);
	}
}

void lethe_fallback(struct lethe_context *ctx)
{
	static struct lethe_uart closed; /* kind NONE; in bss, which takes no bytes */

	if (!lethe_crew_is_home()) {
		lethe_console_line("no fallback: %s", lethe_status_text(LETHE_E_CPU_LOST));
		lethe_stop_halt(LETHE_E_CPU_LOST);
	}
	lethe_console_line("fallback %u", (uint64_t)ctx->slot_index + 1);
	/* The next map does not hold the UART until the console is opened again. */
	lethe_console_drain();
	lethe_console_open(&closed);
	lethe_fallback_leave(ctx);
	memset(&ctx->plan, 0, sizeof(*ctx) - offsetof(struct lethe_context, plan));
	lethe_stop_context.has_faulted = false;
	/* Counted down now: the next slot may fault before the read stage sets the policy. */
	lethe_stop_context.slots--;
	ctx->slot_index++;
}
