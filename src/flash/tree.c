/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The device tree: out of the file, or from where an address says, to where the bundle gets it. One
 * pass checks every tag, copies it, and tells the CPUs. A tree that was not completed by `lethe flash`
 * is completed on the way: what is absent is added, and nothing is changed (complete.c does the same,
 * by libfdt, on the host; a test compares). libfdt's editing functions would take half of the code
 * that a front end may have.
 */
#include "flash/tree.h"

#include <lethe/cache.h>

#include "flash/flash.h"

#define MAGIC      0xd00dfeedU
#define BEGIN_NODE 1U
#define END_NODE   2U
#define PROP       3U
#define NOP        4U
#define END        9U
#define VERSION    17U

#define BROKEN "device tree broken at "

/* Words of the header. */
enum { H_MAGIC, H_SIZE, H_STRUCT, H_STRINGS, H_RESERVED, H_VERSION, H_COMPATIBLE, H_BOOT_CPU,
	H_STRINGS_SIZE, H_STRUCT_SIZE, H_WORDS };

struct lethe_flash_cpu lethe_flash_cpu[LETHE_MONITOR_CPU_MAX];
unsigned int lethe_flash_cpu_count;

/* A CPU's node, as far as it was read. */
struct node {
	bool is_open; /* its properties are being read */
	bool has_method;
	bool has_id;
	struct lethe_flash_cpu cpu;
};

struct walk {
	const uint8_t *from;
	uint32_t at, end;	/* in the structure block */
	uint32_t strings, strings_size;
	uint8_t *to;
	uint32_t used, room;
	const char *error;
	bool completes;
	unsigned int depth; /* 1 in the root node */
	bool is_in_cpus, has_psci;
	struct node node;
};

/* Names of added properties, as they are behind the tree's own. */
static const char names[] = "enable-method\0cpu-release-addr\0compatible\0method";
enum { N_METHOD = 0, N_RELEASE = 14, N_COMPATIBLE = 31, N_CALL = 42 };

static uint32_t load(const uint8_t *at)
{
	return __builtin_bswap32(*(const uint32_t *)at);
}

static uint32_t header(const struct walk *walk, unsigned int word)
{
	return load(walk->from + 4 * word);
}

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

/* ---- what is written ---- */

static void put(struct walk *walk, const void *bytes, uint32_t size)
{
	const uint8_t *from = bytes;
	uint32_t left;

	if (size > walk->room - walk->used) {
		walk->error = "device tree too large at ";
		return;
	}
	for (left = size; left != 0; left--) {
		walk->to[walk->used++] = *from++;
	}
}

static void put_cell(struct walk *walk, uint32_t value)
{
	const uint32_t cell = __builtin_bswap32(value);

	put(walk, &cell, sizeof(cell));
}

static void put_number(struct walk *walk, uint64_t value)
{
	put_cell(walk, (uint32_t)(value >> 32));
	put_cell(walk, (uint32_t)value);
}

static void put_padded(struct walk *walk, const void *bytes, uint32_t size)
{
	put(walk, bytes, size);
	while (walk->used % 4 != 0 && walk->error == 0) {
		put(walk, "", 1);
	}
}

static void put_prop(struct walk *walk, uint32_t name, uint32_t size)
{
	put_cell(walk, PROP);
	put_cell(walk, size);
	put_cell(walk, walk->strings_size + name);
}

static void put_text(struct walk *walk, uint32_t name, const char *text, uint32_t size)
{
	put_prop(walk, name, size);
	put_padded(walk, text, size);
}

static void put_node(struct walk *walk, const char *name, uint32_t size)
{
	put_cell(walk, BEGIN_NODE);
	put_padded(walk, name, size);
}

/* At the end of the root node. */
static void put_rest(struct walk *walk)
{
	const struct lethe_flash *flash = lethe_flash_parameters();

	if (flash->cpus == LETHE_FLASH_PSCI && !walk->has_psci) {
		put_node(walk, "psci", 5);
		put_text(walk, N_COMPATIBLE, "arm,psci-1.0\0arm,psci-0.2", 26);
		put_text(walk, N_CALL, "smc", 4);
		put_cell(walk, END_NODE);
	}
}

/* Behind the properties of a CPU's node. */
static void close_cpu(struct walk *walk)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	struct node *node = &walk->node;

	node->is_open = false;
	if (!node->has_id || lethe_flash_cpu_count == LETHE_MONITOR_CPU_MAX) {
		return;
	}
	if (walk->completes && !node->has_method) {
		if (flash->cpus == LETHE_FLASH_PSCI) {
			put_text(walk, N_METHOD, "psci", 5);
		} else if (flash->cpus == LETHE_FLASH_SPIN_TABLE &&
			   node->cpu.id != flash->boot_cpu) {
			node->cpu.release = flash->spin_page + LETHE_FLASH_SPIN_WORDS +
					    lethe_flash_cpu_count * LETHE_FLASH_SPIN_STEP;
			put_text(walk, N_METHOD, "spin-table", 11);
			put_prop(walk, N_RELEASE, 8);
			put_number(walk, node->cpu.release);
		}
	}
	lethe_flash_cpu[lethe_flash_cpu_count++] = node->cpu;
}

/* ---- what is read ---- */

static bool read_number(const uint8_t *value, uint32_t size, uint64_t *number)
{
	if (size != 4 && size != 8) {
		return false;
	}
	*number = load(value);
	if (size == 8) {
		*number = *number << 32 | load(value + 4);
	}
	return true;
}

static void read_cpu(struct node *node, const char *name, const uint8_t *value, uint32_t size)
{
	if (is(name, "reg")) {
		node->has_id = read_number(value, size, &node->cpu.id);
	} else if (is(name, "enable-method")) {
		node->has_method = true;
	} else if (is(name, "cpu-release-addr")) {
		read_number(value, size, &node->cpu.release);
	}
}

static void read_prop(struct walk *walk, const char *name, const uint8_t *value, uint32_t size)
{
	if (walk->node.is_open) {
		read_cpu(&walk->node, name, value, size);
	}
	if (is(name, "compatible") && size > 9 && begins((const char *)value, "arm,psci")) {
		walk->has_psci = true;
	}
}

static void begin_node(struct walk *walk, const char *name)
{
	if (walk->node.is_open) {
		close_cpu(walk);
	}
	walk->depth++;
	if (walk->depth == 2) {
		walk->is_in_cpus = is(name, "cpus");
	} else if (walk->depth == 3 && walk->is_in_cpus && begins(name, "cpu@")) {
		walk->node = (struct node){.is_open = true};
	}
}

static void end_node(struct walk *walk)
{
	if (walk->node.is_open) {
		close_cpu(walk);
	}
	if (walk->completes && walk->depth == 1) {
		put_rest(walk);
	}
	walk->depth--;
}

/* One tag. False at the end, and if the tree is broken. */
static bool step(struct walk *walk)
{
	const uint8_t *tag = walk->from + walk->at;
	const uint32_t kind = load(tag);
	uint32_t size = 4;

	if (kind == BEGIN_NODE) {
		while (walk->at + size < walk->end && tag[size] != 0) {
			size++;
		}
		size++;
	} else if (kind == PROP) {
		if (walk->end - walk->at < 12 || load(tag + 8) >= walk->strings_size ||
		    load(tag + 4) > walk->end - walk->at - 12) {
			return false;
		}
		size = 12 + load(tag + 4);
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
		read_prop(walk, (const char *)walk->from + walk->strings + load(tag + 8), tag + 12,
			  load(tag + 4));
	}
	put(walk, tag, size);
	walk->at += size;
	return walk->error == 0 && walk->depth != 0;
}

/* True if a block is inside the tree, behind the header. */
static bool is_inside(const struct walk *walk, uint32_t offset, uint32_t size)
{
	const uint32_t total = header(walk, H_SIZE);

	return offset % 4 == 0 && offset >= 4 * H_WORDS && offset <= total && size <= total - offset;
}

static bool open_tree(struct walk *walk)
{
	walk->at = header(walk, H_STRUCT);
	walk->end = walk->at + header(walk, H_STRUCT_SIZE);
	walk->strings = header(walk, H_STRINGS);
	walk->strings_size = header(walk, H_STRINGS_SIZE);
	/* The names end: none is read past the block. */
	return header(walk, H_VERSION) >= VERSION && header(walk, H_COMPATIBLE) <= VERSION &&
	       header(walk, H_SIZE) <= walk->room &&
	       is_inside(walk, walk->at, header(walk, H_STRUCT_SIZE)) &&
	       walk->end - walk->at >= 8 &&
	       is_inside(walk, walk->strings & ~3U, walk->strings_size) && walk->strings_size != 0 &&
	       walk->from[walk->strings + walk->strings_size - 1] == 0 &&
	       is_inside(walk, header(walk, H_RESERVED), 16);
}

/* The reservations, and the pages where CPUs wait below EL3. */
static bool copy_reservations(struct walk *walk)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	const uint8_t *entry = walk->from + header(walk, H_RESERVED);
	const uint8_t *const end = walk->from + header(walk, H_SIZE);

	while ((load(entry) | load(entry + 4) | load(entry + 8) | load(entry + 12)) != 0) {
		put(walk, entry, 16);
		entry += 16;
		if (end - entry < 16) {
			return false;
		}
	}
	if (walk->completes && flash->cpus == LETHE_FLASH_SPIN_TABLE) {
		put_number(walk, flash->spin_page);
		put_number(walk, LETHE_FLASH_PAGE);
	}
	put_number(walk, 0);
	put_number(walk, 0);
	return true;
}

static void put_header(struct walk *walk, uint32_t structure, uint32_t strings)
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
	put_cell(walk, header(walk, H_BOOT_CPU));
	put_cell(walk, used - strings);
	put_cell(walk, strings - structure);
}

static const char *copy(struct walk *walk)
{
	uint32_t structure;
	uint32_t strings;

	walk->used = 4 * H_WORDS;
	lethe_flash_cpu_count = 0;
	if (!open_tree(walk) || !copy_reservations(walk)) {
		return BROKEN;
	}
	structure = walk->used;
	while (step(walk)) {
	}
	if (walk->error != 0 || walk->depth != 0 || walk->used == structure) {
		return walk->error != 0 ? walk->error : BROKEN;
	}
	put_cell(walk, END);
	strings = walk->used;
	put(walk, walk->from + walk->strings, walk->strings_size);
	if (walk->completes) {
		put(walk, names, sizeof(names));
	}
	put_header(walk, structure, strings);
	return walk->error;
}

static const uint8_t *source(void)
{
	const struct lethe_flash *flash = lethe_flash_parameters();

	return (const uint8_t *)(flash->tree_offset != 0 ? lethe_flash_boot.file + flash->tree_offset
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
	if (load(source()) != MAGIC) {
		fail("no device tree at ");
	}
	size = load(source() + 4);
	if (size > flash->tree_room) {
		fail("device tree too large at ");
	}
	return size;
}

void lethe_flash_tree(void)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	const uint64_t end = flash->tree + flash->tree_room;
	struct walk walk = {
		.from = source(),
		.to = (uint8_t *)flash->tree,
		.room = flash->tree_room,
		.completes = lethe_flash_boot.el == 3 && flash->tree_offset == 0,
	};
	const char *error;

	lethe_flash_tree_size();
	if (flash->tree_offset != 0 &&
	    ~lethe_flash_crc(UINT32_MAX, walk.from, walk.from + flash->tree_size) !=
		    flash->tree_crc) {
		fail("device tree damaged at ");
	}
	if (!lethe_flash_boot.is_cached) {
		lethe_dcache_clean_inval_poc(flash->tree, end); /* as in slot.c */
	}
	error = copy(&walk);
	if (error != 0) {
		fail(error);
	}
	if (lethe_flash_boot.is_cached) {
		lethe_dcache_clean_inval_poc(flash->tree, end); /* to memory */
	}
}
