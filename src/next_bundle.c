/* SPDX-License-Identifier: BSD-2-Clause */
#include "next_bundle.h"

#include "console/console.h"
#include "cpu/psci.h"
#include "fallback.h"
#include "smp/crew.h"
#include "smp/hold.h"
#include "stop.h"

static uint64_t next_how, next_entry;

void lethe_next_bundle_is(uint64_t how, uint64_t entry)
{
	next_how = how;
	next_entry = entry;
	lethe_stop_context.has_next_bundle = true;
}

void lethe_next_bundle(struct lethe_context *ctx)
{
	lethe_stop_context.has_next_bundle = false;
	if (lethe_crew_is_home() && !lethe_hold_has_any()) {
		lethe_console_line("next bundle");
		lethe_console_drain();
		lethe_fallback_leave(ctx);
		if ((next_how & 1U << 31) == 0) {
			lethe_next_bundle_branch(next_how, next_entry);
		}
		lethe_smc(next_how, 0, 0, 0);
	}
	lethe_console_line("no next bundle");
}
