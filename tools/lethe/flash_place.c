/* SPDX-License-Identifier: BSD-2-Clause */
/* Where bundle and tree go in RAM: into what nothing else is in. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lethe/fdt.h>
#include <libfdt.h>

#include "fdt/fdt_cpus.h"
#include "flash.h"
#include "flash_complete.h"
#include "tool.h"

struct span {
	uint64_t start;
	uint64_t end;
	const char *name;
};

struct spans {
	struct span *span;
	size_t count;
	size_t room;
};

static void add(struct spans *spans, uint64_t start, uint64_t size, const char *name)
{
	if (spans->count == spans->room) {
		struct span *larger = tool_alloc((2 * spans->room + 16) * sizeof(*larger));

		if (spans->count != 0) {
			memcpy(larger, spans->span, spans->count * sizeof(*larger));
		}
		free(spans->span);
		spans->span = larger;
		spans->room = 2 * spans->room + 16;
	}
	spans->span[spans->count].start = start;
	spans->span[spans->count].end = size > UINT64_MAX - start ? UINT64_MAX : start + size;
	spans->span[spans->count++].name = name;
}

/* What the machine's text says: no two may share a byte. */
static int add_own(struct spans *spans, const struct flash *flash)
{
	const struct lethe_flash *parameters = &flash->parameters;

	add(spans, parameters->base, flash->size, "the file");
	add(spans, parameters->scratch, parameters->scratch_size, "scratch");
	if (parameters->cpus == LETHE_FLASH_SPIN_TABLE) {
		add(spans, parameters->spin_page, TOOL_PAGE, "spin-page");
	}
	if (!flash->tree) {
		add(spans, parameters->tree_address, FLASH_TREE_AT_SIZE, "the tree, of 1 MiB,");
	}
	for (size_t i = 0; i < spans->count; i++) {
		for (size_t k = i + 1; k < spans->count; k++) {
			const struct span *one = &spans->span[i];
			const struct span *other = &spans->span[k];

			if (one->start < other->end && other->start < one->end) {
				return tool_fail(TOOL_USAGE, flash->machine.name,
						 "%s at 0x%" PRIx64 " to 0x%" PRIx64
						 " and %s at 0x%" PRIx64 " to 0x%" PRIx64
						 " overlap",
						 one->name, one->start, one->end, other->name,
						 other->start, other->end);
			}
		}
	}
	return TOOL_OK;
}

/* What the tree reserves, and the pages of its release words, may be anywhere. */
static void add_of_tree(struct spans *spans, const void *tree)
{
	struct lethe_fdt_reserved reserved;
	struct lethe_fdt_range range;
	struct lethe_fdt_facts facts;
	struct lethe_where where;
	struct lethe_fdt_cpu cpu;
	int node = 0;

	if (lethe_fdt_read(tree, &facts, &where) != LETHE_OK) {
		return;
	}
	lethe_fdt_reserved_start(&reserved, facts.tree, facts.reserved_memory);
	while (lethe_fdt_reserved_next(&reserved, &range)) {
		add(spans, range.base, range.size, "reserved");
	}
	while (lethe_fdt_cpu_next(&facts, &node, &cpu)) {
		if (cpu.enable == LETHE_FDT_ENABLE_SPIN_TABLE) {
			add(spans, cpu.release_addr & ~(TOOL_PAGE - 1), TOOL_PAGE,
			    "a release word");
		}
	}
}

static int by_start(const void *a, const void *b)
{
	const struct span *left = a;
	const struct span *right = b;

	return left->start < right->start ? -1 : left->start > right->start;
}

/*
 * The first piece of RAM, from a multiple of 2 MiB on, that has least bytes; or with least as 0 the
 * largest. False if there is none.
 */
static bool find_piece(struct spans *spans, const struct machine *machine, uint64_t least,
		       struct span *piece)
{
	const uint64_t ram_end = machine->ram + machine->ram_size;
	uint64_t at = machine->ram;

	memset(piece, 0, sizeof(*piece));
	qsort(spans->span, spans->count, sizeof(spans->span[0]), by_start);
	for (size_t i = 0; i <= spans->count; i++) {
		const uint64_t start = tool_round_up(at, TOOL_BLOCK);
		uint64_t end = i < spans->count ? spans->span[i].start : ram_end;

		end = (end < ram_end ? end : ram_end) & ~(TOOL_PAGE - 1);
		if (start < end && end - start >= least &&
		    end - start > piece->end - piece->start) {
			piece->start = start;
			piece->end = end;
			if (least != 0) {
				return true;
			}
		}
		if (i < spans->count && spans->span[i].end > at) {
			at = spans->span[i].end;
		}
	}
	return piece->end != 0;
}

/* Lethe asks the tree for RAM, and would refuse what the machine's text alone calls so. */
static int check_memory(const struct flash *flash, uint64_t base, uint64_t size, const char *what)
{
	if (!flash->tree || lethe_fdt_memory_covers(flash->tree, base, size)) {
		return TOOL_OK;
	}
	return tool_fail(TOOL_USAGE, flash->tree_name,
			 "has no memory at 0x%" PRIx64 " to 0x%" PRIx64
			 ", where %s says RAM, for %s",
			 base, base + size, flash->machine.name, what);
}

static int place(struct flash *flash, struct spans *spans)
{
	const struct machine *machine = &flash->machine;
	struct lethe_flash *parameters = &flash->parameters;
	struct span piece;
	char text[2][32];
	int code = TOOL_OK;

	if (parameters->cpus == LETHE_FLASH_SPIN_TABLE &&
	    (parameters->spin_page < machine->ram ||
	     parameters->spin_page - machine->ram >= machine->ram_size)) {
		return tool_fail(TOOL_USAGE, machine->name, "spin-page is not in its ram");
	}
	if (machine->console_base >= machine->ram &&
	    machine->console_base - machine->ram < machine->ram_size) {
		return tool_fail(TOOL_USAGE, machine->name,
				 "the console at 0x%" PRIx64 " is in its ram",
				 machine->console_base);
	}
	if (!find_piece(spans, machine, LETHE_FDT_MAX, &piece)) {
		return tool_fail(TOOL_USAGE, machine->name,
				 "no 2 MiB of its ram are free for the device tree");
	}
	parameters->tree = piece.start;
	parameters->tree_room = LETHE_FDT_MAX;
	add(spans, piece.start, LETHE_FDT_MAX, "the tree's copy");
	if (!find_piece(spans, machine, 0, &piece)) {
		piece.start = piece.end = 0;
	}
	parameters->load = piece.start;
	parameters->load_size = piece.end - piece.start;
	code = check_memory(flash, parameters->tree, parameters->tree_room, "the device tree");
	for (unsigned int i = 0; code == TOOL_OK && i < flash->count; i++) {
		const struct flash_bundle *bundle = &flash->bundle[i];

		if (bundle->image_size > parameters->load_size) {
			return tool_fail(TOOL_USAGE, bundle->file.name,
					 "takes %s of RAM; the largest free piece on %s is %s",
					 tool_size_text(text[0], bundle->image_size), machine->name,
					 tool_size_text(text[1], parameters->load_size));
		}
		code = check_memory(flash, parameters->load, bundle->image_size, bundle->file.name);
	}
	return code;
}

int flash_place(struct flash *flash)
{
	struct spans spans = {0};
	int code = add_own(&spans, flash);

	/* Neither tree nor bundle may be at 0: to Lethe that is no tree, to C no pointer. */
	add(&spans, 0, TOOL_PAGE, "address 0");
	if (code == TOOL_OK && flash->tree) {
		add_of_tree(&spans, flash->tree);
	}
	if (code == TOOL_OK) {
		code = place(flash, &spans);
	}
	free(spans.span);
	return code;
}
