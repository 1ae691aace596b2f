/* SPDX-License-Identifier: BSD-2-Clause */
/* --console of "lethe pack": TOOL_OK, or TOOL_USAGE after printing why. */
#include <stdio.h>
#include <string.h>

#include "console/uart_drivers.h"
#include "options.h"
#include "tool.h"

static const struct {
	const char *name;
	uint32_t kind;
} plain[] = {
	{"stdout", LETHE_CONSOLE_STDOUT},
	{"auto", LETHE_CONSOLE_AUTO},
	{"none", LETHE_CONSOLE_NONE},
};

static const struct {
	const char *prefix; /* "pl011," */
	uint32_t kind;
	const char *fields;
} drivers[] = {
#define UART(name, number, registers, ...) {#name ",", number, LETHE_UART_FIELDS_##registers},
	LETHE_UART_DRIVERS(UART)
#undef UART
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int unknown_kind(const char *value)
{
	char known[1024] = "";
	size_t length = 0;

	for (size_t i = 0; i < COUNT(drivers) && length < sizeof(known); i++) {
		const char *separator = i == 0 ? "" : i + 1 < COUNT(drivers) ? ", " : " or ";

		length += (size_t)snprintf(known + length, sizeof(known) - length, "%s%sADDR%s",
					   separator, drivers[i].prefix, drivers[i].fields);
	}
	return tool_usage("pack", "--console %s: is stdout, auto, none, %s", value, known);
}

/* Reads one ",shift=N" or ",width=N" and moves *rest behind it. False if the option is absent. */
static bool read_field(const char **rest, const char *key, uint64_t *value)
{
	char number[24];
	size_t key_length = strlen(key);

	if (strncmp(*rest, key, key_length) != 0) {
		return false;
	}

	const char *start = *rest + key_length;
	size_t length = strcspn(start, ",");

	if (length >= sizeof(number)) {
		return false;
	}
	memcpy(number, start, length);
	number[length] = 0;
	*rest = start + length;
	return tool_number(number, value);
}

/* Reads the fields behind the address, each at most once; rest is a part of value. */
static int read_spacing(struct options *options, const char *value, const char *rest)
{
	const bool spaced = lethe_uart_registers(options->console_kind) == LETHE_UART_SPACED;
	bool has_shift = false;
	uint64_t shift = 0;
	uint64_t width = 0;

	while (*rest) {
		bool known = false;

		if (spaced && !has_shift) {
			known = has_shift = read_field(&rest, ",shift=", &shift);
		}
		if (spaced && !known && width == 0) {
			known = read_field(&rest, ",width=", &width) && width != 0;
		}
		if (!known) {
			return tool_usage("pack", "--console %s: cannot read \"%s\"", value, rest);
		}
	}
	if (shift > 3) {
		return tool_usage("pack", "--console %s: shift is 0 to 3", value);
	}
	if (width != 0 && width != 1 && width != 2 && width != 4) {
		return tool_usage("pack", "--console %s: width is 1, 2 or 4", value);
	}
	if (width > 1U << shift) {
		return tool_usage("pack",
				  "--console %s: registers %u bytes apart cannot be %u wide", value,
				  1U << shift, (unsigned int)width);
	}
	if (spaced) {
		options->console_shift = (uint32_t)shift;
		options->console_width = width != 0 ? (uint32_t)width : 1;
	}
	return TOOL_OK;
}

int options_console(struct options *options, const char *value)
{
	const char *rest = value + strcspn(value, ",");
	size_t i;

	for (i = 0; i < COUNT(plain); i++) {
		if (strcmp(value, plain[i].name) == 0) {
			options->console_kind = plain[i].kind;
			return TOOL_OK;
		}
	}
	for (i = 0; i < COUNT(drivers); i++) {
		if (strncmp(value, drivers[i].prefix, strlen(drivers[i].prefix)) == 0) {
			break;
		}
	}
	if (i == COUNT(drivers)) {
		return unknown_kind(value);
	}
	options->console_kind = drivers[i].kind;
	if (!read_field(&rest, ",", &options->console_base) || options->console_base == 0) {
		return tool_usage(
			"pack", "--console %s: needs the UART's address, 0x... or decimal", value);
	}
	return read_spacing(options, value, rest);
}
