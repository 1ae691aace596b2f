/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trees through the front end's pass over them (src/flash/tree.c). The input is a list of edits to a good tree, or a list of
 * tags, names and values that a tree is made of; the first bytes say how CPUs start, where the tree is, and how much
 * room it has. Source and room are allocations of exactly their sizes.
 *
 * Beyond crashes and hangs, with the system's libfdt as the reference:
 * - a tree that libfdt calls sound, and whose strings end, is accepted where there is room for it;
 * - what is accepted is sound, whatever it was, but for a root with a name;
 * - what comes out is what went in, tag by tag, with nothing between that is not the front end's own;
 * - the CPUs are those that libfdt finds.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "flash_world.h"
#include "fuzz.h"
#include "tree_input.h"

#define ADDED    8192U /* bytes that completing takes at most */
#define BASE_MAX 16384U

static uint32_t load(const uint8_t *at)
{
	return fdt32_ld((const fdt32_t *)(const void *)at);
}

static int has(uint64_t offset, uint64_t size, uint32_t total)
{
	return offset >= sizeof(struct fdt_header) && offset + size <= total;
}

/* What the front end asks beyond libfdt, of which one version dies of a structure without a node. */
static int is_sound(const uint8_t *tree, uint32_t size)
{
	const uint32_t total = fdt_totalsize(tree), strings = fdt_size_dt_strings(tree);

	return fdt_check_header(tree) == 0 && total <= size && fdt_version(tree) >= 17 && fdt_off_mem_rsvmap(tree) % 4 == 0 &&
	       fdt_off_dt_struct(tree) % 4 == 0 && fdt_size_dt_struct(tree) % 4 == 0 && strings != 0 && fdt_size_dt_struct(tree) >= 8 &&
	       has(fdt_off_mem_rsvmap(tree), 16, total) && has(fdt_off_dt_struct(tree), fdt_size_dt_struct(tree), total) &&
	       has(fdt_off_dt_strings(tree), strings, total) && tree[fdt_off_dt_strings(tree) + strings - 1] == 0 &&
	       load(tree + fdt_off_dt_struct(tree)) == FDT_BEGIN_NODE && fdt_get_name(tree, 0, NULL) != NULL &&
	       fdt_check_full(tree, size) == 0;
}

/* Behind the root's end libfdt allows tags that do nothing; and sizes of values that wrap, in some versions. */
static int is_strict(const uint8_t *tree, uint32_t size)
{
	int depth = 0, next = 0, offset = 0;

	for (;;) {
		const uint32_t tag = fdt_next_tag(tree, offset, &next);

		if (tag == FDT_END) {
			return 1;
		}
		if ((depth == 0 && tag == FDT_NOP) ||
		    (tag == FDT_PROP && load(tree + fdt_off_dt_struct(tree) + offset + 4) > size)) {
			return 0;
		}
		depth += tag == FDT_BEGIN_NODE ? 1 : tag == FDT_END_NODE ? -1 : 0;
		offset = next;
	}
}

/* Bytes of the tag and what belongs to it. The copy is sound. */
static uint32_t tag_size(const uint8_t *at)
{
	switch (load(at)) {
	case FDT_BEGIN_NODE: return (uint32_t)(4 + strlen((const char *)at + 4) + 1 + 3) & ~3U;
	case FDT_PROP: return (12 + load(at + 4) + 3) & ~3U;
	default: return 4;
	}
}

static int is_added_prop(const uint8_t *at, uint32_t strings_size)
{
	return load(at) == FDT_PROP && load(at + 8) >= strings_size;
}

/* The copy has the source's tags, and between them properties with names of the front end's, and its own node. */
static void compare(const uint8_t *tree, const uint8_t *copy)
{
	const uint32_t strings_size = fdt_size_dt_strings(tree);
	const uint8_t *from = tree + fdt_off_dt_struct(tree);
	const uint8_t *to = copy + fdt_off_dt_struct(copy);
	int is_in_added = 0;

	while (load(to) != FDT_END) {
		const uint32_t size = tag_size(to);

		if (is_added_prop(to, strings_size)) {
			to += size;
			continue;
		}
		if (load(to) == FDT_BEGIN_NODE && is_added_prop(to + size, strings_size) && memcmp(from, to, size) != 0) {
			must(!is_in_added);
			is_in_added = 1;
			to += size;
			continue;
		}
		if (is_in_added && load(to) == FDT_END_NODE) {
			is_in_added = 0;
			to += size;
			continue;
		}
		must(memcmp(from, to, size) == 0);
		from += size;
		to += size;
	}
	must(load(from) == FDT_END && !is_in_added);
	must(memcmp(copy + fdt_off_dt_strings(copy), tree + fdt_off_dt_strings(tree), strings_size) == 0);
}

/* How many properties of a node have the name. */
static int count_of(const void *copy, int node, const char *wanted)
{
	const char *name;
	int count = 0;
	int offset;

	for (offset = fdt_first_property_offset(copy, node); offset >= 0; offset = fdt_next_property_offset(copy, offset)) {
		must(fdt_getprop_by_offset(copy, offset, &name, NULL) != NULL);
		count += strcmp(name, wanted) == 0;
	}
	return count;
}

/* By libfdt, in what came out; reg of one or two cells. Of two nodes or properties of a name it sees the first one only. */
static void compare_cpus(const uint8_t *copy)
{
	unsigned int n = 0;
	int cpus = -1;
	int node;

	for (node = fdt_first_subnode(copy, 0); node >= 0; node = fdt_next_subnode(copy, node)) {
		if (strcmp(fdt_get_name(copy, node, NULL), "cpus") == 0) {
			if (cpus >= 0) {
				return;
			}
			cpus = node;
		}
	}
	for (node = cpus < 0 ? cpus : fdt_first_subnode(copy, cpus); node >= 0; node = fdt_next_subnode(copy, node)) {
		int size = 0;
		const fdt32_t *reg = fdt_getprop(copy, node, "reg", &size);

		if (strncmp(fdt_get_name(copy, node, NULL), "cpu@", 4) != 0) {
			continue;
		}
		if (count_of(copy, node, "reg") > 1) {
			return;
		}
		if ((size == 4 || size == 8) && n < LETHE_MONITOR_CPU_MAX) {
			const uint64_t id = size == 4 ? fdt32_ld(reg) : (uint64_t)fdt32_ld(reg) << 32 | fdt32_ld(reg + 1);

			must(n < lethe_flash_state.cpu_count && lethe_flash_state.cpu[n].id == id);
			n++;
		}
	}
	must(n == lethe_flash_state.cpu_count);
}

static void try_tree(const uint8_t *tree, uint32_t size, const uint8_t *how)
{
	const int is_file = (how[0] & 4) != 0;
	const uint32_t room = (how[0] & 8) != 0 ? size + how[1] * 16U - 128 : 3 * size + ADDED; /* blocks may overlap */
	uint8_t *copy = NULL;
	const char *error;

	if (size < sizeof(struct fdt_header) || room > 4 * BASE_MAX) {
		return;
	}
	/* At an address nothing else says how long it is. */
	if (!is_file && load(tree + 4) > size && load(tree + 4) <= room) {
		return;
	}
	flash_world = (struct lethe_flash){.cpus = how[0] % 3, .spin_page = 0x40001000, .boot_cpu = how[0] >> 7};
	lethe_flash_state = (struct lethe_flash_state){.el = (how[0] & 0x70) != 0 ? 3 : 2, .is_cached = (how[0] & 0x20) != 0};
	error = flash_world_tree(tree, size, is_file, room, &copy);
	must(lethe_flash_state.cpu_count <= LETHE_MONITOR_CPU_MAX);
	if (error != NULL) {
		must(strstr(error, " at ") != NULL);
		must(!is_sound(tree, size) || !is_strict(tree, size) || strstr(error, "too large") != NULL || strstr(error, "enable-method") != NULL ||
		     (is_file && room < size));
		must((how[0] & 8) != 0 || strstr(error, "too large") == NULL || fdt_totalsize(tree) > room);
		return;
	}
	if (*fdt_get_name(copy, 0, NULL) == '\0') {
		must(fdt_check_full(copy, room) == 0);
	}
	compare(tree, copy);
	if (is_sound(tree, size)) {
		compare_cpus(copy);
	}
	free(copy);
}

/* Names and values that the front end knows, and some that are nearly such. */
static const char *const node_names[] = {"", "cpus", "cpu@0", "cpu@1", "cpu@100", "cpu", "cpus@0", "psci", "a", "long-name-of-a-node"};
static const char strings[] = "reg\0enable-method\0cpu-release-addr\0compatible\0method\0z";
static const uint8_t string_at[] = {0, 4, 18, 35, 46, 53, 1, 54};
static const struct {
	const char *bytes;
	uint32_t size;
} values[] = {{"", 0}, {"\0\0\0\1", 4}, {"\0\0\0\0", 4}, {"\0\0\0\1\0\0\0\1", 8}, {"psci", 5}, {"spin-table", 11}, {"arm,psci-1.0", 13},
	      {"arm,psci", 9}, {"arm,psc", 7}, {"\0\0\0\0\100\0\20\10", 8}};

static uint32_t put_word(uint8_t *at, uint32_t value)
{
	fdt32_st(at, value);
	return 4;
}

/* A structure block: a byte is a tag, what it has, or nonsense. */
static uint32_t make_structure(uint8_t *to, const uint8_t *data, size_t size)
{
	uint32_t used = put_word(to, FDT_BEGIN_NODE);
	unsigned int depth = 1;

	used += put_word(to + used, 0);
	for (size_t i = 0; i < size && used < BASE_MAX / 2; i++) {
		const uint8_t what = data[i] >> 4;

		switch (data[i] % 16) {
		case 0 ... 3: {
			const char *name = node_names[what % 10];

			used += put_word(to + used, FDT_BEGIN_NODE);
			memcpy(to + used, name, strlen(name));
			used += (uint32_t)(strlen(name) + 1 + 3) & ~3U;
			depth++;
			break;
		}
		case 4 ... 6:
			if (depth > 1) {
				used += put_word(to + used, FDT_END_NODE);
				depth--;
			}
			break;
		case 7 ... 13: {
			const uint8_t value = i + 1 < size ? data[++i] % 10 : 0;

			used += put_word(to + used, FDT_PROP);
			used += put_word(to + used, values[value].size);
			used += put_word(to + used, string_at[what % 8]);
			memcpy(to + used, values[value].bytes, values[value].size);
			used += (values[value].size + 3) & ~3U;
			break;
		}
		case 14: used += put_word(to + used, FDT_NOP); break;
		default:
			if (what == 15) {
				used += put_word(to + used, i + 1 < size ? data[++i] : 0);
			}
			break;
		}
	}
	while (depth-- > 0) {
		used += put_word(to + used, FDT_END_NODE);
	}
	return used + put_word(to + used, FDT_END);
}

static uint32_t make_tree(uint8_t *to, const uint8_t *data, size_t size)
{
	const uint32_t reserved = size != 0 ? data[0] % 4 * 16U : 0;
	const uint32_t structure = sizeof(struct fdt_header) + reserved + 16;
	uint32_t end;

	memset(to, 0, BASE_MAX);
	if (reserved != 0) {
		memset(to + sizeof(struct fdt_header), data[0], reserved);
	}
	end = structure + make_structure(to + structure, data, size);
	memcpy(to + end, strings, sizeof(strings));
	fdt_set_magic(to, FDT_MAGIC);
	fdt_set_totalsize(to, end + (uint32_t)sizeof(strings));
	fdt_set_off_mem_rsvmap(to, sizeof(struct fdt_header));
	fdt_set_off_dt_struct(to, structure);
	fdt_set_size_dt_struct(to, end - structure);
	fdt_set_off_dt_strings(to, end);
	fdt_set_size_dt_strings(to, sizeof(strings));
	fdt_set_version(to, 17);
	fdt_set_last_comp_version(to, 16);
	return fdt_totalsize(to);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t tree[BASE_MAX];
	uint32_t tree_size;
	size_t edits = 0;

	if (size < 4 || size > 4096) {
		return 0;
	}
	if ((data[2] & 1) != 0) {
		tree_size = tree_base(tree);
		edits = data[3] % 16U;
	} else {
		tree_size = make_tree(tree, data + 4, size - 4);
		edits = (data[2] & 2) != 0 ? data[3] % 4U : 0;
	}
	for (size_t i = 4; i + 4 <= size && edits > 0; i += 4, edits--) {
		tree_edit(tree, tree_size, data + i);
	}
	try_tree(tree, tree_size, data);
	return 0;
}
