/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Damaged device trees through each function that takes a tree. The input is a list of edits to a
 * good tree (random bytes alone never get past the header). One input in sixteen is used as the
 * tree itself.
 *
 * Beyond crashes and hangs, with the system's libfdt as the reference:
 * - lethe_fdt_probe() and fdt_check_header() agree about every header;
 * - a tree that lethe_fdt_check() accepts passes fdt_check_full(), and every reading call of libfdt
 * succeeds;
 * - a tree that was fixed up reads back with the values of the fix-up.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <lethe/fdt.h>
#include <lethe/record.h>

#include "fdt/fdt_get.h"
#include "fuzz.h"
#include "tree_input.h"

static void check_fixed(const void *tree, uint64_t capacity, const struct lethe_fixup *fixup,
			int sound)
{
	static const struct lethe_record record = {
		.version = "1",
		.door = "image",
		.mode = "cached",
		.boot_count = 9,
		.segment_count = 1,
		.segment_names = {"kernel"},
		.segment_verdicts = {"ok"},
	};
	struct lethe_fdt_facts facts;
	struct lethe_where where;
	void *buffer = malloc(capacity);
	int status;

	must(buffer != NULL);
	status = lethe_fdt_fixup(tree, buffer, capacity, fixup, &where);
	if (status == LETHE_OK) {
		status = lethe_record_write(buffer, &record);
		must(lethe_record_patch_stage(buffer, LETHE_RECORD_STAGES - 1, 1, 2) == LETHE_OK ||
		     status != LETHE_OK);
		must(lethe_fdt_close(buffer) == LETHE_OK);
		must(lethe_fdt_read(buffer, &facts, &where) == LETHE_OK);
		must(!sound || fdt_check_full(buffer, capacity) == 0);
		must(facts.has_initrd && facts.initrd_start == fixup->initrd_start &&
		     facts.initrd_end == fixup->initrd_end);
		must(strcmp(facts.bootargs, fixup->bootargs) == 0);
		must(facts.boot_count == (status == LETHE_OK ? 9U : 0U));
	}
	free(buffer);
}

/* Lethe asks of a header what libfdt asks, and for version 16, aligned blocks and a limit. */
static void compare_headers(const void *tree, int status)
{
	const int is_good = fdt_check_header(tree) == 0 && fdt_version(tree) >= 16 &&
			    fdt_totalsize(tree) <= LETHE_FDT_MAX &&
			    fdt_off_mem_rsvmap(tree) % 8 == 0 && fdt_off_dt_struct(tree) % 4 == 0;

	must((status == LETHE_OK) == is_good);
}

/* Every property of a node, by each of libfdt's methods. Returns the number of properties. */
static uint32_t read_properties(const void *tree, int node)
{
	const struct fdt_property *property;
	const char *name;
	uint32_t count = 0;
	int length;
	int other;
	int offset;

	for (offset = fdt_first_property_offset(tree, node); offset >= 0;
	     offset = fdt_next_property_offset(tree, offset)) {
		property = fdt_get_property_by_offset(tree, offset, &length);
		must(property != NULL && length >= 0);
		must(fdt_getprop_by_offset(tree, offset, &name, &other) != NULL && other == length);
		must(fdt_get_string(tree, (int)fdt32_ld(&property->nameoff), &other) == name);
		must(other == (int)strlen(name));
		must(fdt_getprop(tree, node, name, NULL) != NULL);
		count++;
	}
	must(offset == -FDT_ERR_NOTFOUND);
	return count;
}

/* Reads all of a tree that Lethe calls sound through libfdt, which must reach every tag. */
static void read_all(const void *tree, const struct lethe_fdt_layout *layout)
{
	uint32_t properties[2] = {0, 0};
	uint32_t nodes[2] = {0, 0};
	uint64_t base;
	uint64_t size;
	uint32_t tag;
	int next = 0;
	int offset;
	int length;
	int child;
	int i;

	must(fdt_num_mem_rsv(tree) >= 0);
	for (i = 0; i < fdt_num_mem_rsv(tree); i++) {
		must(fdt_get_mem_rsv(tree, i, &base, &size) == 0 && size != 0);
	}
	must(layout->reservations_end == fdt_off_mem_rsvmap(tree) + ((uint32_t)i + 1) * 16);
	do {
		tag = fdt_next_tag(tree, next, &next);
		must(next > 0);
		nodes[0] += tag == FDT_BEGIN_NODE;
		properties[0] += tag == FDT_PROP;
	} while (tag != FDT_END);
	must((uint32_t)next <= layout->structure_size);
	for (offset = 0; offset >= 0; offset = fdt_next_node(tree, offset, NULL)) {
		must(fdt_get_name(tree, offset, &length) != NULL && length >= 0);
		properties[1] += read_properties(tree, offset);
		nodes[1] += offset == 0;
		fdt_for_each_subnode(child, tree, offset)
		{
			nodes[1]++;
		}
		must(child == -FDT_ERR_NOTFOUND);
	}
	must(offset == -FDT_ERR_NOTFOUND);
	must(nodes[0] == nodes[1] && properties[0] == properties[1]);
}

/* fdt_check_full() may reject a sound tree for a root with a name alone, which does no harm. */
static int is_sound(const void *tree, uint32_t size)
{
	struct lethe_fdt_layout layout;
	const char *name;
	int sound;

	if (lethe_fdt_check(tree, &layout, NULL) != LETHE_OK) {
		return 0;
	}
	read_all(tree, &layout);
	name = fdt_get_name(tree, 0, NULL);
	sound = fdt_check_full(tree, size) == 0;
	must(sound || *name != '\0');
	return sound;
}

static void try_tree(const uint8_t *tree, uint32_t size, uint64_t capacity)
{
	static const uint8_t seed[LETHE_SEED_KASLR + LETHE_SEED_RNG];
	struct lethe_fdt_facts facts;
	struct lethe_fixup fixup;
	struct lethe_where where;
	struct lethe_uart uart;
	uint32_t total = 0;
	int status;
	int sound;

	if (size < sizeof(struct fdt_header)) {
		return;
	}
	status = lethe_fdt_probe(tree, &total);
	compare_headers(tree, status);
	if (status != LETHE_OK || total > size) {
		return;
	}
	sound = is_sound(tree, total);
	status = lethe_fdt_read(tree, &facts, &where);
	must(status == LETHE_OK || status == LETHE_E_TREE_BROKEN || status == LETHE_E_TREE_CELLS);
	lethe_fdt_stdout(tree, &uart);
	must(uart.kind != LETHE_CONSOLE_NS16550 || uart.base % uart.reg_width == 0);
	(void)lethe_fdt_memory_covers(tree, 0x40000000, 0x10000000);
	must(lethe_fdt_reserved(tree, 0, 0, 0, 0) == 0);
	(void)lethe_fdt_reserved(tree, 0x40000000, 0x8000000, 0x42000000, 0x1000);
	(void)lethe_efi_memory_covers(tree, total, 40 + (capacity & 0xff) * 8, 0, 0x1000);

	memset(&fixup, 0, sizeof(fixup));
	fixup.packed = (capacity & 1) != 0;
	fixup.bootargs = "console=ttyS0 root=/dev/vda1";
	fixup.initrd_start = 0x4a000000;
	fixup.initrd_end = 0x4b000000;
	fixup.extent = 0x42000000;
	fixup.extent_size = 0x1000;
	fixup.old_tree = 0x48000000;
	fixup.old_tree_size = 0x1000;
	fixup.seed = (capacity & 2) != 0 ? seed : NULL;
	fixup.reserve_count = 2;
	fixup.reserve[0].base = 0x4a000000;
	fixup.reserve[0].size = 0x1000000;
	if (status == LETHE_OK) {
		check_fixed(tree, capacity, &fixup, sound);
	} else {
		void *buffer = malloc(capacity);

		must(buffer != NULL);
		must(lethe_fdt_fixup(tree, buffer, capacity, &fixup, &where) == status);
		free(buffer);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t capacity = TREE_BASE_MAX;
	uint32_t base_size;
	uint8_t *base;
	uint8_t *exact;
	size_t i;

	if (size < 2 || size > 65536) {
		return 0;
	}
	if ((data[0] & 15) == 1) {
		exact = malloc(size - 1);
		must(exact != NULL);
		memcpy(exact, data + 1, size - 1);
		try_tree(exact, (uint32_t)size - 1, capacity + data[0]);
		free(exact);
		return 0;
	}
	base = malloc(TREE_BASE_MAX);
	must(base != NULL);
	base_size = tree_base(base);
	if ((data[0] & 2) != 0) {
		capacity = (uint64_t)data[1] * 8; /* tight, or none */
	}
	exact = malloc(base_size);
	must(exact != NULL);
	memcpy(exact, base, base_size);
	free(base);
	/* few edits get deep, many get wild */
	for (i = 2; i + 4 <= size && i < 2U + 4U * (1U + data[1] % 16U); i += 4) {
		tree_edit(exact, base_size, data + i);
	}
	try_tree(exact, base_size, capacity + (data[0] >> 6));
	free(exact);
	return 0;
}
