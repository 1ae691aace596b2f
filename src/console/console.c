/* SPDX-License-Identifier: BSD-2-Clause */
#include "console/console.h"

#include <stdarg.h>

#include "console/uart.h"

#define LINE_LIMIT 120U

static struct lethe_uart uart; /* kind NONE: closed */
static unsigned int column;    /* of the line that is being put */
static int in_line;            /* an exception may come in the middle of one */

void lethe_console_open(const struct lethe_uart *wanted)
{
	uart = *wanted;
	if (uart.kind != LETHE_CONSOLE_NONE && !lethe_uart_open(&uart)) {
		uart.kind = LETHE_CONSOLE_NONE;
	}
}

static int is_open(void)
{
	return uart.kind != LETHE_CONSOLE_NONE;
}

void lethe_console_drain(void)
{
	if (is_open() && !lethe_uart_drain(&uart)) {
		uart.kind = LETHE_CONSOLE_NONE;
	}
}

static void put(char c)
{
	/* One time-out is enough: a dead UART must not cost one for each character. */
	if (is_open() && !lethe_uart_send(&uart, c)) {
		uart.kind = LETHE_CONSOLE_NONE;
	}
}

/* Puts c unless the line is full. */
static void put_in_line(char c)
{
	if (column < LINE_LIMIT) {
		put(c);
		column++;
	}
}

static void put_string(const char *s)
{
	for (s = s != 0 ? s : "?"; *s != '\0'; s++) {
		put_in_line(*s);
	}
}

static void put_number(uint64_t value, unsigned int base)
{
	char digits[20];
	unsigned int count = 0;

	do {
		unsigned int digit = (unsigned int)(value % base);

		digits[count++] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
		value /= base;
	} while (value != 0);
	while (count > 0) {
		put_in_line(digits[--count]);
	}
}

static void put_digest(const uint8_t *digest)
{
	unsigned int i;

	for (i = 0; i < LETHE_DIGEST_SIZE; i++) {
		put_number(digest[i] >> 4, 16);
		put_number(digest[i] & 0xf, 16);
	}
}

void lethe_line(const char *format, ...)
{
	va_list args;

	if (!is_open()) {
		return;
	}
	if (in_line) {
		put('\r');
		put('\n');
	}
	in_line = 1;
	column = 0;
	put_string("lethe: ");
	va_start(args, format);
	for (; *format != '\0'; format++) {
		if (*format != '%') {
			put_in_line(*format);
			continue;
		}
		switch (*++format) {
		case 's': put_string(va_arg(args, const char *)); break;
		case 'u': put_number(va_arg(args, uint64_t), 10); break;
		case 'x': put_number(va_arg(args, uint64_t), 16); break;
		default: /* %h, the only one left */
			put_digest(va_arg(args, const uint8_t *));
			break;
		}
	}
	va_end(args);
	put('\r');
	put('\n');
	in_line = 0;
}
