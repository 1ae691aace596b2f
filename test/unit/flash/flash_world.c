/* SPDX-License-Identifier: BSD-2-Clause */
/* The front end's surroundings: see flash_world.h. */

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include <lethe/cache.h>

#include "flash_world.h"

struct lethe_flash flash_world;
char flash_world_output[4096];
uint64_t flash_world_value;
uint64_t flash_world_ram, flash_world_ram_size, flash_world_cleaned;

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

void lethe_dcache_clean_inval_poc(uint64_t start, uint64_t end)
{
	must(start == flash_world_ram && end >= start && end - start <= flash_world_ram_size);
	flash_world_cleaned = end - start;
}

void lethe_flash_ram_need(uint64_t start, uint64_t size)
{
	flash_world_ram = start;
	flash_world_ram_size = size;
	flash_world_cleaned = 0;
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

static void *exact(uint32_t size)
{
	void *memory = malloc(size);

	must(memory != NULL);
	memset(memory, 0xa5, size);
	return memory;
}

const char *flash_world_tree(const void *tree, uint32_t size, bool is_file, uint32_t room, uint8_t **copy)
{
	uint8_t *source = exact(size);
	uint8_t *to = exact(room);
	const char *error;

	memcpy(source, tree, size);
	flash_world.tree = (uint64_t)to;
	flash_world.tree_room = room;
	flash_world.tree_size = is_file ? size : 0;
	flash_world.tree_offset = is_file ? LETHE_FLASH_TREE_OFFSET : 0;
	flash_world.tree_crc = is_file ? (uint32_t)crc32(0, tree, size) : 0;
	flash_world.tree_address = is_file ? 0 : (uint64_t)source;
	lethe_flash_state.file = is_file ? (uint64_t)source - LETHE_FLASH_TREE_OFFSET : 0;
	error = flash_world_run(lethe_flash_tree);
	must(error == NULL || flash_world_value == (uint64_t)source);
	must(error != NULL || (flash_world_ram == (uint64_t)to && flash_world_ram_size == room && flash_world_cleaned == room));
	must(memcmp(source, tree, size) == 0);
	free(source);
	if (error != NULL) {
		free(to);
		to = NULL;
	}
	*copy = to;
	return error;
}
