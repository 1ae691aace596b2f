/* SPDX-License-Identifier: BSD-2-Clause */
/* The UART of `earlycon=`, as Linux reads it (drivers/tty/serial/earlycon.c). */
#include "console/earlycon.h"

#include <lethe/range.h>

#include "console/uart_drivers.h"
#include "strings_list.h"

#define OPTION        "earlycon"
#define OPTION_LENGTH (sizeof(OPTION) - 1)

/* For each kind, in the order of the numbers, two lists: names, and those of lesser kinds. */
#define UART(name, number, registers, span, compatibles, reduced, driver, early, early_reduced)    \
	early "\0" early_reduced "\0"
static const char names[] = LETHE_UART_DRIVERS(UART);
#undef UART

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * Finds the next word `earlycon` or `earlycon=...`, from *cursor on. Returns what follows
 * `earlycon`, and moves *cursor behind the word; null if there is none.
 */
static const char *next_option(const char **cursor)
{
	const char *at = *cursor;
	const char *found = 0;

	while (*at != '\0' && found == 0) {
		if (strncmp(at, OPTION, OPTION_LENGTH) == 0 &&
		    strchr(" \t=", at[OPTION_LENGTH]) != 0) { /* or the NUL */
			found = at + OPTION_LENGTH;
		}
		while (*at != '\0' && !is_space(*at)) {
			at++;
		}
		while (is_space(*at)) {
			at++;
		}
	}
	*cursor = at;
	return found;
}

bool lethe_earlycon_wanted(const char *bootargs)
{
	return bootargs != 0 && next_option(&bootargs) != 0;
}

/* If *text is name and a comma, moves *text behind the comma. */
static bool skip_field(const char **text, const char *name)
{
	size_t length = strlen(name);

	if (strncmp(*text, name, length) != 0 || (*text)[length] != ',') {
		return false;
	}
	*text += length + 1;
	return true;
}

/* The kind whose name begins *text, LETHE_UART_END if none. *reduced: it is of a lesser kind. */
static uint32_t read_name(const char **text, bool *reduced)
{
	const char *name = names;
	uint32_t list;

	for (list = 2 * LETHE_UART_FIRST; list < 2 * LETHE_UART_END; list++) {
		for (; *name != '\0'; name = lethe_next_string(name)) {
			if (skip_field(text, name)) {
				*reduced = list % 2 != 0;
				return list / 2;
			}
		}
		name++; /* past the list's end */
	}
	return LETHE_UART_END;
}

/* Bytes of an access by the type before the address: 1 without a type that is known. */
static uint32_t read_width(const char **text)
{
	if (skip_field(text, "mmio32")) {
		return 4;
	}
	if (skip_field(text, "mmio16")) {
		return 2;
	}
	(void)skip_field(text, "mmio");
	return 1;
}

static uint32_t digit_value(char c)
{
	if (c >= '0' && c <= '9') {
		return (uint32_t)(c - '0');
	}
	c |= 'a' ^ 'A';
	return c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10 : 16;
}

/* Reads "0x" and hexadecimal digits, up to a comma or the word's end. Without digits: 0. */
static bool read_address(const char *text, uint64_t *address)
{
	const char *at;

	if (strncmp(text, "0x", 2) != 0) {
		return false;
	}
	*address = 0;
	for (at = text + 2; digit_value(*at) < 16; at++) {
		if (*address >> 60 != 0) {
			return false;
		}
		*address = *address << 4 | digit_value(*at);
	}
	return *at == '\0' || *at == ',' || is_space(*at);
}

/* Describes the UART of one option: text begins behind the `=`. */
static bool describe(const char *text, struct lethe_uart *uart)
{
	bool reduced = false;
	const uint32_t kind = read_name(&text, &reduced);
	const bool is_spaced = lethe_uart_registers(kind) == LETHE_UART_SPACED;
	uint32_t width = read_width(&text);
	uint64_t base;

	if (kind == LETHE_UART_END || !read_address(text, &base)) {
		return false;
	}
	if (!is_spaced || !reduced) {
		width = 4;
	}
	/* As of a plan: the last register has an address, and no access is unaligned. */
	if (base == 0 || base % width != 0 || lethe_range_wraps(base, 4096)) {
		return false;
	}
	uart->kind = (enum lethe_console_kind)kind;
	uart->base = base;
	uart->reg_width = width;
	uart->reg_shift = is_spaced ? width / 2 : 0; /* 1, 2, 4 bytes apart: 0, 1, 2 */
	uart->is_sbsa = !is_spaced && reduced;
	return true;
}

bool lethe_earlycon_uart(const char *bootargs, struct lethe_uart *uart)
{
	const char *option;

	while (bootargs != 0 && (option = next_option(&bootargs)) != 0) {
		if (*option == '=' && describe(option + 1, uart)) {
			return true;
		}
	}
	return false;
}
