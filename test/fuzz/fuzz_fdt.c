/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Damaged device trees through everything that takes one. The input is a list of edits to a good
 * tree (random bytes alone never get past the header); one in sixteen is taken as a tree as it is.
 *
 * Beyond crashes and hangs: what lethe_tree_read() accepts, libfdt's own check must accept, and a
 * tree that was fixed up must read back with what was put into it.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include <lethe/fdt.h>
#include <lethe/record.h>

#include "fuzz.h"

#define BASE_MAX 4096U

static void must(int condition)
{
	if (!condition) {
		abort();
	}
}

static void cells(void *fdt, const char *name, const uint32_t *values, unsigned int count)
{
	fdt32_t value[16];
	unsigned int i;

	for (i = 0; i < count; i++) {
		value[i] = cpu_to_fdt32(values[i]);
	}
	must(fdt_property(fdt, name, value, (int)(count * sizeof(value[0]))) == 0);
}

#define CELLS(fdt, name, ...)                                                                      \
	cells(fdt, name, (const uint32_t[]){__VA_ARGS__},                                          \
	      sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

static void base_chosen(void *fdt)
{
	must(fdt_begin_node(fdt, "chosen") == 0);
	must(fdt_property_string(fdt, "stdout-path", "serial0:115200") == 0);
	must(fdt_property_string(fdt, "bootargs", "quiet") == 0);
	CELLS(fdt, "linux,initrd-start", 0, 0x48000000);
	CELLS(fdt, "linux,initrd-end", 0x49000000);
	CELLS(fdt, "linux,usable-memory-range", 0, 0x40000000, 0, 0x1000000);
	CELLS(fdt, "linux,uefi-mmap-start", 0, 0x4000);
	CELLS(fdt, "linux,uefi-mmap-size", 48);
	CELLS(fdt, "linux,uefi-mmap-desc-size", 48);
	CELLS(fdt, "linux,uefi-mmap-desc-ver", 1);
	CELLS(fdt, "kaslr-seed", 1, 2);
	CELLS(fdt, "rng-seed", 1, 2, 3, 4);
	must(fdt_begin_node(fdt, "lethe") == 0);
	CELLS(fdt, "boot-count", 7);
	must(fdt_end_node(fdt) == 0);
	must(fdt_end_node(fdt) == 0);
}

static void base_soc(void *fdt)
{
	must(fdt_begin_node(fdt, "soc") == 0);
	CELLS(fdt, "#address-cells", 1);
	CELLS(fdt, "#size-cells", 1);
	CELLS(fdt, "ranges", 0, 0, 0x10000000, 0x100000, 0x200000, 0, 0x20000000, 0x1000);
	must(fdt_begin_node(fdt, "apb") == 0);
	CELLS(fdt, "#address-cells", 1);
	CELLS(fdt, "#size-cells", 1);
	must(fdt_property(fdt, "ranges", "", 0) == 0);
	must(fdt_begin_node(fdt, "serial@3000") == 0);
	must(fdt_property(fdt, "compatible", "vendor,uart\0ns16550a", 21) == 0);
	must(fdt_property_string(fdt, "status", "okay") == 0);
	CELLS(fdt, "reg", 0x3000, 0x100);
	CELLS(fdt, "reg-shift", 2);
	CELLS(fdt, "reg-io-width", 4);
	must(fdt_end_node(fdt) == 0);
	must(fdt_end_node(fdt) == 0);
	must(fdt_end_node(fdt) == 0);
}

static void base_machine(void *fdt)
{
	must(fdt_begin_node(fdt, "memory@40000000") == 0);
	must(fdt_property_string(fdt, "device_type", "memory") == 0);
	CELLS(fdt, "reg", 0, 0x40000000, 0, 0x8000000, 0, 0x48000000, 0, 0x8000000);
	must(fdt_end_node(fdt) == 0);
	must(fdt_begin_node(fdt, "cpus") == 0);
	must(fdt_begin_node(fdt, "cpu@0") == 0);
	must(fdt_property_string(fdt, "device_type", "cpu") == 0);
	must(fdt_property_string(fdt, "enable-method", "psci") == 0);
	must(fdt_end_node(fdt) == 0);
	must(fdt_end_node(fdt) == 0);
	must(fdt_begin_node(fdt, "psci") == 0);
	must(fdt_property_string(fdt, "compatible", "arm,psci-1.0") == 0);
	must(fdt_property_string(fdt, "method", "hvc") == 0);
	must(fdt_end_node(fdt) == 0);
	must(fdt_begin_node(fdt, "reserved-memory") == 0);
	CELLS(fdt, "#address-cells", 2);
	CELLS(fdt, "#size-cells", 2);
	must(fdt_begin_node(fdt, "secure@41000000") == 0);
	CELLS(fdt, "reg", 0, 0x41000000, 0, 0x100000);
	must(fdt_end_node(fdt) == 0);
	must(fdt_end_node(fdt) == 0);
}

/* A good tree with something of everything that is looked at. */
static uint32_t make_base(void *fdt)
{
	must(fdt_create(fdt, BASE_MAX) == 0);
	must(fdt_add_reservemap_entry(fdt, 0x48000000, 0x1000000) == 0);
	must(fdt_add_reservemap_entry(fdt, 0x42000000, 0x1000) == 0);
	must(fdt_finish_reservemap(fdt) == 0);
	must(fdt_begin_node(fdt, "") == 0);
	CELLS(fdt, "#address-cells", 2);
	CELLS(fdt, "#size-cells", 2);
	base_chosen(fdt);
	base_soc(fdt);
	base_machine(fdt);
	must(fdt_begin_node(fdt, "aliases") == 0);
	must(fdt_property_string(fdt, "serial0", "/soc/apb/serial@3000") == 0);
	must(fdt_end_node(fdt) == 0);
	must(fdt_end_node(fdt) == 0);
	must(fdt_finish(fdt) == 0);
	return fdt_totalsize(fdt);
}

/*
 * Four bytes make an edit: where (two), what, and with what. Header fields are met as often as all
 * else.
 */
static void edit(uint8_t *tree, uint32_t size, const uint8_t *data)
{
	uint32_t at = ((uint32_t)data[0] << 8 | data[1]) % size;
	uint32_t word;
	uint8_t how = data[2] & 7;

	if ((data[2] & 0x80) != 0 && (data[2] & 0x40) != 0) {
		at %= sizeof(struct fdt_header);
	}
	word = at & ~3U;
	switch (how) {
	case 0: tree[at] ^= (uint8_t)(1U << (data[3] & 7)); break;
	case 1: tree[at] = data[3]; break;
	case 2: /* a tag, or a small length */
		memset(tree + word, 0, word + 4 <= size ? 3 : 0);
		tree[word + 3 < size ? word + 3 : at] = data[3] % 16;
		break;
	case 3: /* a run of rubbish */
		memset(tree + at, data[3], size - at < 8 ? size - at : 8);
		break;
	case 4: /* moves a stretch */
		memmove(tree + at, tree + data[3] * 8U % size,
			size - at < 16 ? 0 : (data[3] * 8U % size + 16 > size ? 0 : 16));
		break;
	case 5: memset(tree + word, 0xff, word + 4 <= size ? 4 : 0); break;
	case 6: tree[at] = (uint8_t)(tree[at] + (data[3] % 9) - 4); break;
	default: tree[at] = 0; break;
	}
}

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
	struct lethe_tree_facts facts;
	struct lethe_where where;
	void *slot = malloc(room);
	int status;

	must(slot != NULL);
	status = lethe_tree_fixup(tree, slot, room, fixup, &where);
	if (status == LETHE_OK) {
		status = lethe_record_write(slot, &record);
		must(lethe_record_patch_stage(slot, LETHE_RECORD_STAGES - 1, 1, 2) == LETHE_OK ||
		     status != LETHE_OK);
		must(lethe_tree_close(slot) == LETHE_OK);
		must(lethe_tree_read(slot, &facts, &where) == LETHE_OK);
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
	struct lethe_tree_facts facts;
	struct lethe_fixup fixup;
	struct lethe_where where;
	struct lethe_uart uart;
	uint32_t total = 0;
	int status;

	if (size < sizeof(struct fdt_header) || lethe_tree_probe(tree, &total) != LETHE_OK ||
	    total > size) {
		return;
	}
	status = lethe_tree_read(tree, &facts, &where);
	must(status == LETHE_OK || status == LETHE_E_TREE_BROKEN || status == LETHE_E_TREE_CELLS);
	lethe_tree_stdout(tree, &uart);
	must(uart.kind != LETHE_CONSOLE_NS16550 || uart.base % uart.reg_width == 0);
	(void)lethe_tree_memory_covers(tree, 0x40000000, 0x10000000);
	must(lethe_tree_reserved(tree, 0, 0, 0, 0) == 0);
	(void)lethe_tree_reserved(tree, 0x40000000, 0x8000000, 0x42000000, 0x1000);
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
		must(lethe_tree_fixup(tree, slot, room, &fixup, &where) == status);
		free(slot);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t room = BASE_MAX;
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
	base = malloc(BASE_MAX);
	must(base != NULL);
	base_size = make_base(base);
	if ((data[0] & 2) != 0) {
		room = (uint64_t)data[1] * 8; /* tight, or none */
	}
	exact = malloc(base_size);
	must(exact != NULL);
	memcpy(exact, base, base_size);
	free(base);
	/* few edits get deep, many get wild */
	for (i = 2; i + 4 <= size && i < 2U + 4U * (1U + data[1] % 16U); i += 4) {
		edit(exact, base_size, data + i);
	}
	try_tree(exact, base_size, room + (data[0] >> 6));
	free(exact);
	return 0;
}
