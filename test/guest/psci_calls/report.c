/* SPDX-License-Identifier: BSD-2-Clause */
/* A line for each check: "calls: NAME VALUE". */
#include "program.h"

#define PL011_FR      0x18
#define PL011_FR_TXFF (1 << 5)

static void put(char character)
{
	while ((*(volatile uint32_t *)(table.uart + PL011_FR) & PL011_FR_TXFF) != 0) {
	}
	*(volatile uint32_t *)table.uart = (uint8_t)character;
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
