/* SPDX-License-Identifier: BSD-2-Clause */
/* The EL2 side: installs the stub, prepares EL2 and goes down to EL1 (calls.S). */
#include <lethe/el2_stub.h>

#include "program.h"

extern const uint8_t at_el1[], file_end[], stack_end[], flags[];
extern uint8_t page[LETHE_EL2_STUB_SIZE]; /* the linker's: memory that nobody has cleaned */

static struct lethe_handoff handoff;

void report(const char *name, uint64_t value);
void main(void);

static void put(char c)
{
	*(volatile uint32_t *)UART = (uint8_t)c;
}

/* One line: "stub: name 0xvalue". */
void report(const char *name, uint64_t value)
{
	const char *text;
	int shift;

	for (text = "stub: "; *text != '\0'; text++) {
		put(*text);
	}
	for (; *name != '\0'; name++) {
		put(*name);
	}
	for (text = " 0x"; *text != '\0'; text++) {
		put(*text);
	}
	for (shift = 60; shift >= 0; shift -= 4) {
		put("0123456789abcdef"[value >> shift & 15]);
	}
	put('\n');
}

void main(void)
{
	int status;

	report("odd", (uint64_t)lethe_el2_stub_install(page + LETHE_EL2_STUB_SIZE / 2));
	status = lethe_el2_stub_install(page);
	report("install", (uint64_t)status);
	if (status != LETHE_OK) {
		return;
	}
	if ((flags[0] & 1U << FLAG_HALT) != 0) {
		__asm__ volatile("hvc #0");
	}
	lethe_el2_stub_prepare(false, &handoff);
	handoff.hcr |= HCR_TWI | HCR_TSC | HCR_TID3;
	handoff.entry = (uint64_t)at_el1;
	handoff.own_start = (uint64_t)file_end;
	handoff.own_end = (uint64_t)stack_end;
	lethe_handoff(&handoff);
}
