/* SPDX-License-Identifier: BSD-2-Clause */
#include "stop.h"

#include "console/console.h"
#include "console/report.h"
#include "cpu/deadline.h"
#include "cpu/psci.h"
#include "entry.h"
#include "firmware/acpi.h"
#include "memory_map.h"

#define RESET_SECONDS 5U

struct lethe_stop lethe_stop_context = {.on_fail = LETHE_ON_FAIL_HALT, .psci = LETHE_PSCI_NONE};

void lethe_stop_halt(int status)
{
	lethe_console_line("halt");
	lethe_console_drain();
	lethe_halt(status, lethe_stop_context.stage);
}

/*
 * Lethe reads firmware's tables only for a reset, so no good boot depends on ACPI. The tables are
 * not mapped, so the MMU goes off. Dirty lines of destinations are lost, and no longer needed.
 */
static void ask_acpi(struct lethe_context *ctx)
{
	lethe_memory_map_leave(ctx, LETHE_OK);
	lethe_stop_context.psci = lethe_acpi_psci(&ctx->facts);
}

static void reset(void)
{
	static struct lethe_where nowhere; /* in bss, which takes no bytes */
	struct lethe_deadline pause;

	if (lethe_stop_context.acpi != 0) {
		ask_acpi(lethe_stop_context.acpi);
	}
	if (!lethe_psci_is_usable(lethe_stop_context.psci, lethe_stop_context.el)) {
		lethe_report_fail(lethe_stop_context.stage, LETHE_E_NO_PSCI, &nowhere);
		return;
	}
	/* Without the pause, a flashed image would reset too fast for its lines to be read. */
	lethe_console_line("reset in %u s", (uint64_t)RESET_SECONDS);
	lethe_deadline_begin(&pause, RESET_SECONDS * 1000);
	while (!lethe_deadline_is_over(&pause)) {
	}
	lethe_console_line("reset");
	lethe_console_drain();
	lethe_psci_reset(lethe_stop_context.psci);
	lethe_report_fail(lethe_stop_context.stage, LETHE_E_RESET_RETURNED, &nowhere);
}

bool lethe_stop_has_slot(void)
{
	return lethe_stop_context.on_fail == LETHE_ON_FAIL_FALLBACK && lethe_stop_context.slots != 0;
}

#ifndef LETHE_PURGATORY /* the purgatory has one slot */
/* Restarts with the next slot, or bundle, if the policy and the fault allow. */
static void fall_back(void)
{
	if (!lethe_stop_has_slot() && !lethe_stop_context.has_next_bundle) {
		return;
	}
	if (lethe_stop_context.is_tree_at_fault) {
		lethe_console_line("no fallback: the device tree is at fault, not the slot");
		return;
	}
	lethe_restart(lethe_stop_context.next_slot);
}
#endif

void lethe_stop(int status)
{
	static bool has_tried;

	lethe_console_hurry();
	lethe_stop_context.status = status;
#ifndef LETHE_PURGATORY
	fall_back();
#endif
	/* Once: if the conduit faults, the exception comes back here. */
	if (lethe_stop_context.on_fail == LETHE_ON_FAIL_RESET && !has_tried) {
		has_tried = true;
		reset();
	}
	lethe_stop_halt(status);
}
