/* SPDX-License-Identifier: BSD-2-Clause */
/* A good tree, and damage to it: see tree_input.h. */

#include <string.h>

#include <libfdt.h>

#include "tree_input.h"

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

uint32_t tree_base(void *fdt)
{
	must(fdt_create(fdt, TREE_BASE_MAX) == 0);
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

void tree_edit(uint8_t *tree, uint32_t size, const uint8_t *data)
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
