/* SPDX-License-Identifier: BSD-2-Clause */
/* The front end's surroundings: see flash_world.h. */

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "flash_world.h"

struct lethe_flash flash_world;
char flash_world_output[4096];
uint64_t flash_world_value;

static jmp_buf failed;
static const char *sentence;

static void must(bool condition)
{
	if (!condition) {
		abort();
	}
}

static void print(const char *text)
{
	must(strlen(flash_world_output) + strlen(text) < sizeof(flash_world_output));
	strcat(flash_world_output, text);
}

void lethe_flash_puts(const char *text, const struct lethe_flash *flash)
{
	must(flash == &flash_world);
	print(text);
}

void lethe_flash_put(uint64_t character, const struct lethe_flash *flash)
{
	const char text[2] = {(char)character};

	must(flash == &flash_world);
	print(text);
}

void lethe_flash_put_hex(uint64_t value, const struct lethe_flash *flash)
{
	char text[32];

	must(flash == &flash_world);
	snprintf(text, sizeof(text), "0x%llx", (unsigned long long)value);
	print(text);
}

void lethe_flash_fail(const char *what, uint64_t value, const struct lethe_flash *flash)
{
	must(flash == &flash_world);
	sentence = what;
	flash_world_value = value;
	longjmp(failed, 1);
}

uint32_t lethe_flash_crc(uint32_t state, const void *start, const void *end)
{
	const size_t size = (size_t)((const uint8_t *)end - (const uint8_t *)start);

	return ~(uint32_t)crc32(~state, start, (uInt)size);
}

const char *flash_world_run(void (*function)(void))
{
	sentence = NULL;
	flash_world_output[0] = '\0';
	flash_world_value = 0;
	if (setjmp(failed) == 0) {
		function();
	}
	return sentence;
}
