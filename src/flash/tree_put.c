/* SPDX-License-Identifier: BSD-2-Clause */
#include "flash/flash.h"
#include "flash/tree_walk.h"

/* Names of added properties, as they are behind the tree's own. */
static const char names[] = "enable-method\0cpu-release-addr\0compatible\0method";
enum { N_METHOD = 0, N_RELEASE = 14, N_COMPATIBLE = 31, N_CALL = 42 };

void lethe_flash_tree_put(struct lethe_flash_walk *walk, const void *bytes, uint32_t size)
{
	const uint8_t *from = bytes;
	uint32_t left;

	if ((uint64_t)walk->used + size > walk->room) {
		walk->error = "device tree too large at ";
		return;
	}
	for (left = size; left != 0; left--) {
		walk->to[walk->used++] = *from++;
	}
}

#define PADDED_PSCI "psci\0\0\0" /* and the zero of any text */

static void put_cell(struct lethe_flash_walk *walk, uint32_t value)
{
	const uint32_t cell = __builtin_bswap32(value);

	lethe_flash_tree_put(walk, &cell, sizeof(cell));
}

void lethe_flash_tree_put_number(struct lethe_flash_walk *walk, uint64_t value)
{
	put_cell(walk, (uint32_t)(value >> 32));
	put_cell(walk, (uint32_t)value);
}

/* A text, with zeros behind it up to a whole word. */
static void put_padded(struct lethe_flash_walk *walk, const char *text, uint32_t size)
{
	lethe_flash_tree_put(walk, text, (size + 3) & ~3U);
}

static void put_prop(struct lethe_flash_walk *walk, uint32_t name, uint32_t size)
{
	put_cell(walk, PROP);
	put_cell(walk, size);
	put_cell(walk, walk->strings_size + name);
}

static void put_text(struct lethe_flash_walk *walk, uint32_t name, const char *text, uint32_t size)
{
	put_prop(walk, name, size);
	put_padded(walk, text, size);
}

static void put_node(struct lethe_flash_walk *walk, const char *name, uint32_t size)
{
	put_cell(walk, BEGIN_NODE);
	put_padded(walk, name, size);
}

void lethe_flash_tree_put_rest(struct lethe_flash_walk *walk)
{
	const struct lethe_flash *flash = lethe_flash_parameters();

	if (flash->cpus == LETHE_FLASH_PSCI && !walk->has_psci) {
		put_node(walk, PADDED_PSCI, 5);
		put_text(walk, N_COMPATIBLE, "arm,psci-1.0\0arm,psci-0.2\0\0", 26);
		put_text(walk, N_CALL, "smc", 4);
		put_cell(walk, END_NODE);
	}
}

void lethe_flash_tree_put_method(struct lethe_flash_walk *walk)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	struct lethe_flash_cpu *cpu = &walk->node.cpu;

	const bool is_psci = flash->cpus == LETHE_FLASH_PSCI;
	const uint32_t size = is_psci ? sizeof("psci") : sizeof("spin-table");

	if (walk->node.method == 0) {
		if (!is_psci && cpu->id == flash->boot_cpu) {
			return;
		}
		put_text(walk, N_METHOD, is_psci ? PADDED_PSCI : "spin-table\0", size);
	} else if (walk->node.method != size + 1) {
		/* AArch64 has these two methods, and their lengths tell them apart. */
		walk->error = "enable-method differs at ";
	}
	if (!is_psci && !walk->node.has_release) {
		cpu->release = flash->spin_page + LETHE_FLASH_SPIN_WORDS +
			       lethe_flash_state.cpu_count * LETHE_FLASH_SPIN_STEP;
		put_prop(walk, N_RELEASE, 8);
		lethe_flash_tree_put_number(walk, cpu->release);
	}
}

/* The header's words are in order, and known when the rest is there. */
static void put_header(struct lethe_flash_walk *walk, uint32_t structure, uint32_t strings)
{
	const uint32_t used = walk->used;

	walk->used = 0;
	put_cell(walk, MAGIC);
	put_cell(walk, used);
	put_cell(walk, structure);
	put_cell(walk, strings);
	put_cell(walk, 4 * H_WORDS);
	put_cell(walk, VERSION);
	put_cell(walk, VERSION - 1);
	put_cell(walk, lethe_flash_tree_header(walk, H_BOOT_CPU));
	put_cell(walk, used - strings);
	put_cell(walk, strings - structure);
}

void lethe_flash_tree_put_end(struct lethe_flash_walk *walk, uint32_t structure)
{
	uint32_t strings;

	put_cell(walk, END);
	strings = walk->used;
	lethe_flash_tree_put(walk, walk->from + walk->strings, walk->strings_size);
	if (walk->completes) {
		lethe_flash_tree_put(walk, names, sizeof(names));
	}
	put_header(walk, structure, strings);
}
