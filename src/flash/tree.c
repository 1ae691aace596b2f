/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device tree: out of the file, or from where an address says, to where the bundle gets it. One
 * pass checks every tag, copies it, and tells the CPUs. A tree that was not completed by `lethe
 * flash` is completed on the way: what is absent is added, and nothing is changed (the host command
 * does the same, by libfdt: flash_complete.c; a test compares). libfdt's editing functions would
 * take half of the code that a front end may have.
 */
#include <lethe/cache.h>

#include "flash/flash.h"
#include "flash/tree_walk.h"

static bool is(const char *text, const char *wanted)
{
	while (*text == *wanted) {
		if (*text == '\0') {
			return true;
		}
		text++;
		wanted++;
	}
	return false;
}

/* The same, but text may go on. */
static bool begins(const char *text, const char *wanted)
{
	while (*wanted != '\0' && *text == *wanted) {
		text++;
		wanted++;
	}
	return *wanted == '\0';
}

/* Behind the properties of a CPU's node. */
static void close_cpu(struct lethe_flash_walk *walk)
{
	struct lethe_flash_node *node = &walk->node;

	node->is_open = false;
	if (!node->has_id || lethe_flash_state.cpu_count == LETHE_MONITOR_CPU_MAX) {
		return;
	}
	if (walk->completes) {
		lethe_flash_tree_put_method(walk);
	}
	lethe_flash_state.cpu[lethe_flash_state.cpu_count++] = node->cpu;
}

static bool read_number(const uint8_t *value, uint32_t size, uint64_t *number)
{
	if (size != 4 && size != 8) {
		return false;
	}
	*number = lethe_flash_tree_load(value);
	if (size == 8) {
		*number = *number << 32 | lethe_flash_tree_load(value + 4);
	}
	return true;
}

static void read_cpu(struct lethe_flash_node *node, const char *name, const uint8_t *value,
		     uint32_t size)
{
	if (is(name, "reg")) {
		node->has_id = read_number(value, size, &node->cpu.id);
	} else if (is(name, "enable-method")) {
		node->method = size + 1;
	} else if (is(name, "cpu-release-addr")) {
		node->has_release = true;
		read_number(value, size, &node->cpu.release);
	}
}

/* Any string of the list may say so. */
static void find_psci(struct lethe_flash_walk *walk, const char *list, uint32_t size)
{
	uint32_t at;

	for (at = 0; at + 8 < size; at++) {
		walk->has_psci |=
			(at == 0 || list[at - 1] == '\0') && begins(list + at, "arm,psci");
	}
}

static void read_prop(struct lethe_flash_walk *walk, const char *name, const uint8_t *value,
		      uint32_t size)
{
	if (walk->node.is_open) {
		read_cpu(&walk->node, name, value, size);
	}
	if (is(name, "compatible")) {
		find_psci(walk, (const char *)value, size);
	}
}

static void begin_node(struct lethe_flash_walk *walk, const char *name)
{
	if (walk->node.is_open) {
		close_cpu(walk);
	}
	walk->depth++;
	if (walk->depth == 2) {
		walk->is_in_cpus = is(name, "cpus");
	} else if (walk->depth == 3 && walk->is_in_cpus && begins(name, "cpu@")) {
		walk->node = (struct lethe_flash_node){.is_open = true};
	}
}

static void end_node(struct lethe_flash_walk *walk)
{
	if (walk->node.is_open) {
		close_cpu(walk);
	}
	if (walk->completes && walk->depth == 1) {
		lethe_flash_tree_put_rest(walk);
	}
	walk->depth--;
}

/* One tag. False at the end, and if the tree is broken. */
static bool step(struct lethe_flash_walk *walk)
{
	const uint8_t *tag = walk->from + walk->at;
	const uint32_t kind = lethe_flash_tree_load(tag);
	uint32_t size = 4;

	if (kind == BEGIN_NODE) {
		while (walk->at + size < walk->end && tag[size] != 0) {
			size++;
		}
		size++;
	} else if (kind == PROP) {
		if (walk->end - walk->at < 12 ||
		    lethe_flash_tree_load(tag + 8) >= walk->strings_size ||
		    lethe_flash_tree_load(tag + 4) > walk->end - walk->at - 12) {
			return false;
		}
		size = 12 + lethe_flash_tree_load(tag + 4);
	} else if (kind != END_NODE && kind != NOP) {
		return false;
	}
	size = (size + 3) & ~3U;
	if (size >= walk->end - walk->at || (walk->depth == 0 && kind != BEGIN_NODE)) {
		return false;
	}
	if (kind == BEGIN_NODE) {
		begin_node(walk, (const char *)tag + 4);
	} else if (kind == END_NODE) {
		end_node(walk);
	} else if (kind == PROP) {
		read_prop(walk,
			  (const char *)walk->from + walk->strings + lethe_flash_tree_load(tag + 8),
			  tag + 12, lethe_flash_tree_load(tag + 4));
	}
	lethe_flash_tree_put(walk, tag, size);
	walk->at += size;
	return walk->error == 0 && walk->depth != 0;
}

/* True if a block is inside the tree, behind the header. */
static bool is_inside(const struct lethe_flash_walk *walk, uint32_t offset, uint32_t size)
{
	return offset >= 4 * H_WORDS && offset <= walk->size && size <= walk->size - offset;
}

static bool open_tree(struct lethe_flash_walk *walk)
{
	const uint32_t size = lethe_flash_tree_header(walk, H_STRUCT_SIZE);
	const uint32_t reserved = lethe_flash_tree_header(walk, H_RESERVED);

	walk->at = lethe_flash_tree_header(walk, H_STRUCT);
	walk->end = walk->at + size;
	walk->strings = lethe_flash_tree_header(walk, H_STRINGS);
	walk->strings_size = lethe_flash_tree_header(walk, H_STRINGS_SIZE);
	/* Tags are whole; and the names end: none is read past the block. No name is in an empty
	 * one. */
	return lethe_flash_tree_header(walk, H_VERSION) >= VERSION &&
	       lethe_flash_tree_header(walk, H_COMPATIBLE) <= VERSION &&
	       (walk->at | size | reserved) % 4 == 0 && is_inside(walk, walk->at, size) &&
	       size >= 8 && is_inside(walk, walk->strings, walk->strings_size) &&
	       walk->from[walk->strings + walk->strings_size - 1] == 0 &&
	       is_inside(walk, reserved, 16);
}

/* The reservations, and the pages where CPUs wait below EL3. */
static bool copy_reservations(struct lethe_flash_walk *walk)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	const uint8_t *entry = walk->from + lethe_flash_tree_header(walk, H_RESERVED);
	const uint8_t *const end = walk->from + walk->size;

	/* libfdt and Linux go by the size alone: an entry behind one of size 0 is not seen. */
	while ((lethe_flash_tree_load(entry + 8) | lethe_flash_tree_load(entry + 12)) != 0) {
		lethe_flash_tree_put(walk, entry, 16);
		entry += 16;
		if (end - entry < 16) {
			return false;
		}
	}
	if (walk->completes && flash->cpus == LETHE_FLASH_SPIN_TABLE) {
		lethe_flash_tree_put_number(walk, flash->spin_page);
		lethe_flash_tree_put_number(walk, LETHE_FLASH_PAGE);
	}
	lethe_flash_tree_put_number(walk, 0);
	lethe_flash_tree_put_number(walk, 0);
	return true;
}

static const char *copy(struct lethe_flash_walk *walk)
{
	uint32_t structure;

	walk->used = 4 * H_WORDS;
	lethe_flash_state.cpu_count = 0;
	if (!open_tree(walk) || !copy_reservations(walk)) {
		return BROKEN;
	}
	structure = walk->used;
	while (step(walk)) {
	}
	/* step() stops in front of a tag, which is in the block. */
	if (walk->error != 0 || walk->depth != 0 || walk->used == structure ||
	    lethe_flash_tree_load(walk->from + walk->at) != END) {
		return walk->error != 0 ? walk->error : BROKEN;
	}
	lethe_flash_tree_put_end(walk, structure);
	return walk->error;
}

static const uint8_t *source(void)
{
	const struct lethe_flash *flash = lethe_flash_parameters();

	return (const uint8_t *)(flash->tree_offset != 0
					 ? lethe_flash_state.file + flash->tree_offset
					 : flash->tree_address);
}

static void fail(const char *what) __attribute__((noreturn));
static void fail(const char *what)
{
	lethe_flash_fail(what, (uint64_t)source(), lethe_flash_parameters());
}

uint64_t lethe_flash_tree_size(void)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	uint32_t size;

	if (flash->tree_offset != 0) {
		return flash->tree_size;
	}
	if (lethe_flash_tree_load(source()) != MAGIC) {
		fail("no device tree at ");
	}
	size = lethe_flash_tree_load(source() + 4);
	if (size > flash->tree_room) {
		fail("device tree too large at ");
	}
	return size;
}

void lethe_flash_tree(void)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	const uint64_t end = flash->tree + flash->tree_room;
	struct lethe_flash_walk walk = {
		.from = source(),
		.size = (uint32_t)lethe_flash_tree_size(),
		.to = (uint8_t *)flash->tree,
		.room = flash->tree_room,
		.completes = lethe_flash_state.el == 3 && flash->tree_offset == 0 &&
			     flash->cpus != LETHE_FLASH_ONE,
	};
	const char *error;

	if (flash->tree_offset != 0 &&
	    ~lethe_flash_crc(UINT32_MAX, walk.from, walk.from + flash->tree_size) !=
		    flash->tree_crc) {
		fail("device tree damaged at ");
	}
	lethe_flash_ram_need(flash->tree, flash->tree_room);
	if (!lethe_flash_state.is_cached) {
		lethe_dcache_clean_inval_poc(flash->tree, end); /* as in slot.c */
	}
	error = copy(&walk);
	if (error != 0) {
		fail(error);
	}
	lethe_dcache_clean_inval_poc(flash->tree, end); /* as in slot.c */
}
