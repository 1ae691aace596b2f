/* SPDX-License-Identifier: BSD-2-Clause */
#include "console/console.h"

#include <stdarg.h>
#include <stdbool.h>

#include "console/uart.h"

#define LINE_LIMIT 120U

static struct lethe_uart uart; /* kind NONE: the console is closed */
static unsigned int column;    /* in the current line */
static bool in_line; /* inside a line: an exception may interrupt and print its own line */

void lethe_console_open(const struct lethe_uart *wanted)
{
	uart = *wanted;
	if (uart.kind != LETHE_CONSOLE_NONE && !lethe_uart_open(&uart)) {
		uart.kind = LETHE_CONSOLE_NONE;
	}
}

static bool is_open(void)
{
	return uart.kind != LETHE_CONSOLE_NONE;
}

void lethe_console_drain(void)
{
	if (is_open() && !lethe_uart_drain(&uart)) {
		uart.kind = LETHE_CONSOLE_NONE;
	}
}

/* Closes the console if the UART does not answer: a dead UART costs a single time-out. */
static void send(char c)
{
	if (is_open() && !lethe_uart_send(&uart, c)) {
		uart.kind = LETHE_CONSOLE_NONE;
	}
}

/* Prints c unless the line is full. */
static void print_char(char c)
{
	if (column < LINE_LIMIT) {
		send(c);
		column++;
	}
}

static void print_string(const char *s)
{
	for (s = s != 0 ? s : "?"; *s != '\0'; s++) {
		print_char(*s);
	}
}

static void print_number(uint64_t value, unsigned int base)
{
	char digits[20];
	unsigned int count = 0;

	do {
		unsigned int digit = (unsigned int)(value % base);

		digits[count++] = (char)(digit < 10 ? '0' + digit : 'a' + digit - 10);
		value /= base;
	} while (value != 0);
	while (count > 0) {
		print_char(digits[--count]);
	}
}

static void print_digest(const uint8_t *digest)
{
	unsigned int i;

	for (i = 0; i < LETHE_DIGEST_SIZE; i++) {
		print_number(digest[i] >> 4, 16);
		print_number(digest[i] & 0xf, 16);
	}
}

void lethe_console_line(const char *format, ...)
{
	va_list args;

	if (!is_open()) {
		return;
	}
	if (in_line) {
		send('\r');
		send('\n');
	}
	in_line = true;
	column = 0;
	print_string("lethe: ");
	va_start(args, format);
	for (; *format != '\0'; format++) {
		if (*format != '%') {
			print_char(*format);
			continue;
		}
		switch (*++format) {
		case 's': print_string(va_arg(args, const char *)); break;
		case 'u': print_number(va_arg(args, uint64_t), 10); break;
		case 'x': print_number(va_arg(args, uint64_t), 16); break;
		default: /* %h */ print_digest(va_arg(args, const uint8_t *)); break;
		}
	}
	va_end(args);
	send('\r');
	send('\n');
	in_line = false;
}
