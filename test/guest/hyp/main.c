/* SPDX-License-Identifier: BSD-2-Clause */
/* The caller: makes the table's plan, and boots. */
#include <lethe/boot.h>
#include <lethe/plan_build.h>

#include "program.h"

extern const struct table table;
int main(void);

static uint64_t buffer[256]; /* the plan */

static void say(const char *text)
{
	for (; *text != '\0'; text++) {
		*(volatile uint32_t *)UART = (uint8_t)*text;
	}
}

static int boot(void)
{
	struct lethe_plan *plan = (struct lethe_plan *)buffer;
	struct lethe_slot *slot;
	int status = lethe_plan_init(buffer, sizeof(buffer), "hyp");
	unsigned int i;

	if (status != LETHE_OK) {
		return status;
	}
	status = lethe_plan_add_segment(plan, sizeof(buffer), "payload", (const void *)table.payload,
					table.payload, table.dest, table.size, table.mem_size);
	if (status != LETHE_OK) {
		return status;
	}
	status = lethe_plan_window(plan, sizeof(buffer), 0x40000000, 0x10000000); /* all RAM */
	if (status != LETHE_OK) {
		return status;
	}
	slot = lethe_plan_slot(plan);
	for (i = 0; i < 4; i++) {
		slot->x[i] = table.x[i];
	}
	plan->hyp_stub = (uint32_t)table.hyp_stub;
	plan->el = (uint32_t)table.el;
	plan->mode = (uint32_t)table.mode;
	plan->console_kind = LETHE_CONSOLE_PL011;
	plan->console_base = UART;
	plan->workspace_base = table.workspace;
	/* The plan does not grow any more. */
	plan->workspace_size = lethe_boot_workspace(LETHE_PLAN_SIZE_MAX, 0, 0);
	if ((table.flags & 1U << FLAG_EL1_MMU) != 0) {
		/* Lines that are dirty, for the program too. */
		for (i = 0; i < plan->workspace_size; i += 8) {
			*(volatile uint64_t *)(table.workspace + i) = ~(uint64_t)i;
		}
	}
	lethe_plan_seal(plan);
	return lethe_boot(plan, (void *)table.workspace);
}

int main(void)
{
	const int status = boot();

	say("hyp: LETHE_E_");
	say(lethe_status_name(status));
	say("\n");
	return 0;
}
