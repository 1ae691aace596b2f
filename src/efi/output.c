/* SPDX-License-Identifier: BSD-2-Clause */
/* The firmware's console, as the place where Lethe's lines go: a line at a time, as UCS-2. */
#include "console/output.h"
#include "efi/efi.h"

#define LINE 123U /* 120 characters, CR, LF, and the end */

static struct efi_text_output *output;
static uint16_t line[LINE];
static unsigned int used;

void lethe_efi_console(struct efi_text_output *to)
{
	output = to;
	used = 0;
}

bool lethe_output_is_open(void)
{
	return output != NULL;
}

void lethe_output_put(char c)
{
	line[used++] = (uint8_t)c;
	if (c == '\n' || used == LINE - 1) {
		line[used] = 0;
		output->output_string(output, line);
		used = 0;
	}
}

/* The firmware has a line when it returns. */
void lethe_output_feed(void)
{
}

void lethe_output_hurry(void)
{
}

void lethe_output_drain(void)
{
}

void lethe_output_open(const struct lethe_uart *uart)
{
	(void)uart;
}
