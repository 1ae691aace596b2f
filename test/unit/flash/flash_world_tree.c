/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_flash_tree() with its memory: see flash_world.h. */

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include <lethe/cache.h>

#include "flash_world.h"

/* The memory asked for last, and the bytes that were cleaned after that. */
static uint64_t ram, ram_size, cleaned;

static void must(bool condition)
{
	if (!condition) {
		abort();
	}
}

void lethe_dcache_clean_inval_poc(uint64_t start, uint64_t end)
{
	must(start == ram && end >= start && end - start <= ram_size);
	cleaned = end - start;
}

void lethe_flash_ram_need(uint64_t start, uint64_t size)
{
	ram = start;
	ram_size = size;
	cleaned = 0;
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
	must(error != NULL || (ram == (uint64_t)to && ram_size == room && cleaned == room));
	must(memcmp(source, tree, size) == 0);
	free(source);
	if (error != NULL) {
		free(to);
		to = NULL;
	}
	*copy = to;
	return error;
}
