/* SPDX-License-Identifier: BSD-2-Clause */
/* A line for each check: "calls: NAME VALUE". */
#include "program.h"

#define PL011_FR      0x18
#define PL011_FR_TXFF (1 << 5)

#define CADENCE_STS        0x2c
#define CADENCE_STS_TXFULL (1 << 4)
#define CADENCE_FIFO       0x30

static void put(char character)
{
	const bool is_cadence = has_flag(FLAG_CADENCE);
	const uint64_t status = table.uart + (is_cadence ? CADENCE_STS : PL011_FR);
	const uint32_t full = is_cadence ? CADENCE_STS_TXFULL : PL011_FR_TXFF;

	while ((*(volatile uint32_t *)status & full) != 0) {
	}
	*(volatile uint32_t *)(table.uart + (is_cadence ? CADENCE_FIFO : 0)) = (uint8_t)character;
}

static void text(const char *string)
{
	for (; *string != '\0'; string++) {
		put(*string);
	}
}

static void number(uint64_t value, unsigned int base)
{
	if (value >= base) {
		number(value / base, base);
	}
	put("0123456789abcdef"[value % base]);
}

static void begin(const char *name)
{
	text("calls: ");
	text(name);
	put(' ');
}

void say(const char *name, int64_t value)
{
	begin(name);
	if (value < 0) {
		put('-');
		value = -value;
	}
	number((uint64_t)value, 10);
	put('\n');
}

void say_hex(const char *name, uint64_t value)
{
	begin(name);
	text("0x");
	number(value, 16);
	put('\n');
}

void fail(const char *why)
{
	begin("FAIL");
	text(why);
	put('\n');
	for (;;) {
		__asm__ volatile("wfi");
	}
}
