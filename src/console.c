/* SPDX-License-Identifier: BSD-2-Clause */
#include "console.h"

#include <stdarg.h>

#include "uart.h"

#define LINE_LIMIT 120U

static struct lethe_uart uart; /* kind NONE: closed */
static int in_line;            /* an exception may come in the middle of one */

void lethe_console_open(const struct lethe_uart *wanted)
{
	uart = *wanted;
	if (uart.kind != LETHE_CONSOLE_NONE && lethe_uart_probe(&uart) != 0) {
		uart.kind = LETHE_CONSOLE_NONE;
	}
}

static int is_open(void)
{
	return uart.kind != LETHE_CONSOLE_NONE;
}

void lethe_console_drain(void)
{
	if (is_open() && lethe_uart_drain(&uart) != 0) {
		uart.kind = LETHE_CONSOLE_NONE;
	}
}

static void put(char c)
{
	/* One time-out is enough: a dead UART must not cost one for each character. */
	if (is_open() && lethe_uart_put(&uart, c) != 0) {
		uart.kind = LETHE_CONSOLE_NONE;
	}
}

/* Puts c unless the line is full. */
static unsigned int put_in_line(unsigned int column, char c)
{
	if (column < LINE_LIMIT) {
		put(c);
		column++;
	}
	return column;
}

static unsigned int put_string(unsigned int column, const char *s)
{
	for (s = s != 0 ? s : "?"; *s != '\0'; s++) {
		column = put_in_line(column, *s);
	}
	return column;
}

static unsigned int put_number(unsigned int column, uint64_t value, unsigned int base)
{
	char digits[20];
	unsigned int count = 0;

	do {
		unsigned int digit = (unsigned int)(value % base);

		digits[count++] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
		value /= base;
	} while (value != 0);
	while (count > 0) {
		column = put_in_line(column, digits[--count]);
	}
	return column;
}

static unsigned int put_digest(unsigned int column, const uint8_t *digest)
{
	unsigned int i;

	for (i = 0; i < LETHE_DIGEST_SIZE; i++) {
		column = put_number(column, digest[i] >> 4, 16);
		column = put_number(column, digest[i] & 0xf, 16);
	}
	return column;
}

void lethe_line(const char *format, ...)
{
	unsigned int column;
	va_list args;

	if (!is_open()) {
		return;
	}
	if (in_line) {
		put('\r');
		put('\n');
	}
	in_line = 1;
	column = put_string(0, "lethe: ");
	va_start(args, format);
	for (; *format != '\0'; format++) {
		if (*format != '%') {
			column = put_in_line(column, *format);
			continue;
		}
		switch (*++format) {
		case 's': column = put_string(column, va_arg(args, const char *)); break;
		case 'u': column = put_number(column, va_arg(args, uint64_t), 10); break;
		case 'x': column = put_number(column, va_arg(args, uint64_t), 16); break;
		default: /* %h, the only one left */
			column = put_digest(column, va_arg(args, const uint8_t *));
			break;
		}
	}
	va_end(args);
	put('\r');
	put('\n');
	in_line = 0;
}
