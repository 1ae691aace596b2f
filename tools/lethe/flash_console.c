/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The UARTs that are no more than a status to poll and a register to store a character in. The
 * registers are those of src/console/uart_*.c, where the manuals are named; reset leaves
 * transmitters off, so each is turned on.
 */
#include "flash_console.h"

#include <stdio.h>
#include <string.h>

#include "tool.h"

#define BIT(n) (1U << (n))
#define ALL    0xffffffffU
#define ON_MAX 2

/* A store to the register at this offset; value 0: none. */
struct store {
	uint32_t offset;
	uint32_t value;
	uint32_t keep;
};

static const struct uart {
	const char *name;
	uint32_t data;
	uint32_t status;
	uint32_t mask;
	uint32_t ready;
	struct store on[ON_MAX];
} uarts[] = {
	{"pl011", 0x00, 0x18, BIT(5), 0, {{0x30, BIT(8) | BIT(0), ALL}}},
	{"ns16550", 0, 5, BIT(5), BIT(5), {{0}}}, /* numbers of registers: they are spaced */
	{"imx", 0x40, 0xb4, BIT(4), 0, {{0x80, BIT(0), ALL}, {0x84, BIT(2) | BIT(1), ALL}}},
	{"cdns", 0x30, 0x2c, BIT(4), 0, {{0x00, BIT(4) | BIT(2), ALL & ~(BIT(5) | BIT(3))}}},
	{"meson", 0x00, 0x0c, BIT(21), 0, {{0x08, BIT(12), ALL}}},
	{"lpuart", 0x1c, 0x14, BIT(23), BIT(23), {{0x18, BIT(19), ALL}}},
	{"lpuart32", 0x0c, 0x04, BIT(23), BIT(23), {{0x08, BIT(19), ALL}}},
	{"armada3700", 0x04, 0x0c, BIT(11), 0, {{0}}},
	{"samsung", 0x20, 0x10, BIT(2), BIT(2), {{0}}},
};

#define COUNT (sizeof(uarts) / sizeof(uarts[0]))

/* The UART that begins the text, or null. */
static const struct uart *find(const char *value)
{
	const size_t length = strcspn(value, ",");

	for (size_t i = 0; i < COUNT; i++) {
		if (strlen(uarts[i].name) == length && strncmp(value, uarts[i].name, length) == 0) {
			return &uarts[i];
		}
	}
	return NULL;
}

static bool refuse_unknown(char *reason, size_t reason_size)
{
	size_t length =
		(size_t)snprintf(reason, reason_size, "is none or UART,ADDR with a UART of");

	for (size_t i = 0; i < COUNT && length < reason_size; i++) {
		length += (size_t)snprintf(reason + length, reason_size - length, "%s %s",
					   i == 0 ? "" : ",", uarts[i].name);
	}
	return false;
}

/* Reads a number up to the next comma, and moves *rest behind it. */
static bool read_number(const char **rest, uint64_t *value)
{
	const size_t length = strcspn(*rest, ",");
	char text[24];

	if (length >= sizeof(text)) {
		return false;
	}
	memcpy(text, *rest, length);
	text[length] = 0;
	*rest += length;
	return tool_number(text, value);
}

/* Reads ,shift=N and ,width=N, each at most once. */
static bool read_spacing(const char *rest, bool is_spaced, uint64_t *shift, uint64_t *width)
{
	static const char *const keys[] = {",shift=", ",width="};
	uint64_t *const values[] = {shift, width};
	bool seen[2] = {false, false};

	while (*rest) {
		const unsigned int i = strncmp(rest, keys[0], strlen(keys[0])) == 0 ? 0 : 1;

		if (!is_spaced || seen[i] || strncmp(rest, keys[i], strlen(keys[i])) != 0) {
			return false;
		}
		seen[i] = true;
		rest += strlen(keys[i]);
		if (!read_number(&rest, values[i])) {
			return false;
		}
	}
	return true;
}

bool flash_console_parse(const char *value, struct lethe_flash_console *console, uint64_t *base,
			 char *reason, size_t reason_size)
{
	const struct uart *uart = find(value);
	const bool is_spaced = uart && strcmp(uart->name, "ns16550") == 0;
	const char *rest = value + strcspn(value, ",");
	uint64_t shift = 0;
	uint64_t width = is_spaced ? 1 : 4;

	memset(console, 0, sizeof(*console));
	*base = 0;
	if (strcmp(value, "none") == 0) {
		return true;
	}
	if (!uart) {
		return refuse_unknown(reason, reason_size);
	}
	rest += *rest == ',';
	if (!read_number(&rest, base) || *base == 0 || *base % 4 != 0 || *base >> 48 != 0) {
		snprintf(reason, reason_size,
			 "needs the UART's address behind \"%s,\", a multiple of 4", uart->name);
		return false;
	}
	if (!read_spacing(rest, is_spaced, &shift, &width) || shift > 3 ||
	    (width != 1 && width != 4) || (is_spaced && width > 1U << shift)) {
		snprintf(reason, reason_size,
			 "behind the address only ns16550 may have more: "
			 ",shift=N, 0 to 3, and ,width=N, 1 or 4 and at most "
			 "1<<shift");
		return false;
	}
	console->data = *base + ((uint64_t)uart->data << shift);
	console->status = *base + ((uint64_t)uart->status << shift);
	console->mask = uart->mask;
	console->ready = uart->ready;
	console->width = (uint32_t)width;
	for (unsigned int i = 0; i < ON_MAX && uart->on[i].value != 0; i++) {
		console->on[i].address = *base + uart->on[i].offset;
		console->on[i].value = uart->on[i].value;
		console->on[i].keep = uart->on[i].keep;
	}
	return true;
}
