/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The smallest loader on top of liblethe.a, for QEMU's virt machine: starts a payload at an address
 * of its choice. A real loader would fetch the payload and know the machine's RAM.
 */
#include <lethe/boot.h>
#include <lethe/plan_build.h>

#define PAYLOAD 0x44000000ULL /* where the payload is to run */
#define UART    0x09000000ULL

extern const uint8_t payload[], payload_end[];

/* Outside all destinations, and otherwise unused. */
static uint8_t workspace[256 * 1024] __attribute__((aligned(4096)));
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
	const uint64_t size = (uint64_t)payload_end - (uint64_t)payload;
	int status = lethe_plan_init(buffer, sizeof(buffer), "minimal");

	if (status != LETHE_OK) {
		return status;
	}
	status = lethe_plan_add_segment(plan, sizeof(buffer), "payload", payload, (uint64_t)payload,
					PAYLOAD, size, size);
	if (status != LETHE_OK) {
		return status;
	}
	status =
		lethe_plan_window(plan, sizeof(buffer), 0x40000000, 0x8000000); /* 128 MiB of RAM */
	if (status != LETHE_OK) {
		return status;
	}
	plan->workspace_base = (uint64_t)workspace;
	plan->workspace_size = sizeof(workspace);
	plan->console_kind = LETHE_CONSOLE_PL011;
	plan->console_base = UART;
	lethe_plan_seal(plan);
	return lethe_boot(plan, workspace); /* enters the payload, or says why not */
}

int main(void)
{
	const int status = boot();

	say("minimal: LETHE_E_");
	say(lethe_status_name(status));
	say("\n");
	return 0;
}
