/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Damaged device trees through everything that takes one. The input is a list of edits to a good
 * tree (random bytes alone never get past the header); one in sixteen is taken as a tree as it is.
 *
 * Beyond crashes and hangs: what lethe_fdt_read() accepts, libfdt's own check must accept, and a
 * tree that was fixed up must read back with what was put into it.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <lethe/fdt.h>
#include <lethe/record.h>

#include "fuzz.h"
#include "tree_input.h"

static void check_fixed(const void *tree, uint64_t room, const struct lethe_fixup *fixup, int sound)
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
	void *slot = malloc(room);
	int status;

	must(slot != NULL);
	status = lethe_fdt_fixup(tree, slot, room, fixup, &where);
	if (status == LETHE_OK) {
		status = lethe_record_write(slot, &record);
		must(lethe_record_patch_stage(slot, LETHE_RECORD_STAGES - 1, 1, 2) == LETHE_OK ||
		     status != LETHE_OK);
		must(lethe_fdt_close(slot) == LETHE_OK);
		must(lethe_fdt_read(slot, &facts, &where) == LETHE_OK);
		must(!sound || fdt_check_full(slot, room) == 0);
		must(facts.has_initrd && facts.initrd_start == fixup->initrd_start &&
		     facts.initrd_end == fixup->initrd_end);
		must(strcmp(facts.bootargs, fixup->bootargs) == 0);
		must(facts.boot_count == (status == LETHE_OK ? 9U : 0U));
	}
	free(slot);
}

/* What read() accepts must be sound to libfdt, but for a root with a name, which does no harm. */
static int is_sound(const void *tree, uint32_t size)
{
	const char *name;
	int sound;

	if (fdt_version(tree) < 17) {
		return 0;
	}
	name = fdt_get_name(tree, 0, NULL);
	sound = fdt_check_full(tree, size) == 0;
	must(sound || name == NULL || *name != '\0');
	return sound;
}

static void try_tree(const uint8_t *tree, uint32_t size, uint64_t room)
{
	static const uint8_t seed[LETHE_SEED_KASLR + LETHE_SEED_RNG];
	struct lethe_fdt_facts facts;
	struct lethe_fixup fixup;
	struct lethe_where where;
	struct lethe_uart uart;
	uint32_t total = 0;
	int status;

	if (size < sizeof(struct fdt_header) || lethe_fdt_probe(tree, &total) != LETHE_OK ||
	    total > size) {
		return;
	}
	status = lethe_fdt_read(tree, &facts, &where);
	must(status == LETHE_OK || status == LETHE_E_TREE_BROKEN || status == LETHE_E_TREE_CELLS);
	lethe_fdt_stdout(tree, &uart);
	must(uart.kind != LETHE_CONSOLE_NS16550 || uart.base % uart.reg_width == 0);
	(void)lethe_fdt_memory_covers(tree, 0x40000000, 0x10000000);
	must(lethe_fdt_reserved(tree, 0, 0, 0, 0) == 0);
	(void)lethe_fdt_reserved(tree, 0x40000000, 0x8000000, 0x42000000, 0x1000);
	(void)lethe_efi_memory_covers(tree, total, 40 + (room & 0xff) * 8, 0, 0x1000);

	memset(&fixup, 0, sizeof(fixup));
	fixup.packed = (int)(room & 1);
	fixup.bootargs = "console=ttyS0 root=/dev/vda1";
	fixup.initrd_start = 0x4a000000;
	fixup.initrd_end = 0x4b000000;
	fixup.extent = 0x42000000;
	fixup.extent_size = 0x1000;
	fixup.old_tree = 0x48000000;
	fixup.old_tree_size = 0x1000;
	fixup.seed = (room & 2) != 0 ? seed : NULL;
	fixup.reserve_count = 2;
	fixup.reserve[0].base = 0x4a000000;
	fixup.reserve[0].size = 0x1000000;
	if (status == LETHE_OK) {
		check_fixed(tree, room, &fixup, is_sound(tree, total));
	} else {
		void *slot = malloc(room);

		must(slot != NULL);
		must(lethe_fdt_fixup(tree, slot, room, &fixup, &where) == status);
		free(slot);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t room = TREE_BASE_MAX;
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
		try_tree(exact, (uint32_t)size - 1, room + data[0]);
		free(exact);
		return 0;
	}
	base = malloc(TREE_BASE_MAX);
	must(base != NULL);
	base_size = tree_base(base);
	if ((data[0] & 2) != 0) {
		room = (uint64_t)data[1] * 8; /* tight, or none */
	}
	exact = malloc(base_size);
	must(exact != NULL);
	memcpy(exact, base, base_size);
	free(base);
	/* few edits get deep, many get wild */
	for (i = 2; i + 4 <= size && i < 2U + 4U * (1U + data[1] % 16U); i += 4) {
		tree_edit(exact, base_size, data + i);
	}
	try_tree(exact, base_size, room + (data[0] >> 6));
	free(exact);
	return 0;
}
