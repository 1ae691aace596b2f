/* SPDX-License-Identifier: BSD-2-Clause */
#include "console/console.h"

#include <stdarg.h>
#include <stdbool.h>

#include "console/output.h"

#define LINE_LIMIT 120U

static unsigned int column;   /* in the current line */
static volatile bool in_line; /* an exception may interrupt the line and print its own */

void lethe_console_open(const struct lethe_uart *uart)
{
	lethe_output_open(uart);
}

void lethe_console_drain(void)
{
	lethe_output_drain();
}

void lethe_console_feed(void)
{
	lethe_output_feed();
}

void lethe_console_hurry(void)
{
	lethe_output_hurry();
}

/* Prints c unless the line is full. */
static void print_char(char c)
{
	if (column < LINE_LIMIT) {
		lethe_output_put(c);
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

	if (!lethe_output_is_open()) {
		return;
	}
	if (in_line) {
		lethe_output_put('\r');
		lethe_output_put('\n');
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
	lethe_output_put('\r');
	lethe_output_put('\n');
	in_line = false;
	lethe_output_feed();
}
