/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel resumes from a snapshot of memory, as from hibernation, on QEMU's virt machine: this program is at EL2, and the
 * snapshot lies over all of it. It leaves a stub at EL2 and goes down to EL1, where code in safe pages moves the snapshot
 * with the MMU and the caches on and asks the stub to start it at EL2. Here the snapshot is a bundle of `lethe pack`; one
 * from a disk has a list of its own.
 */
#include <stddef.h>

#include <lethe/cache.h>
#include <lethe/el2_stub.h>
#include <lethe/fdt.h>
#include <lethe/image.h>

#include "safe.h"

#define UART  0x09000000ULL
#define GIB   0x40000000ULL
#define BLOCK 0x200000ULL

/* TCR_EL1: 4 GiB from TTBR0 (T0SZ 32), walks as the memory of the tables: write-back, inner shareable; nothing from TTBR1. */
#define TCR	  (32 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23)
#define IPS_SHIFT 32
#define IPS_48	  5

/* Descriptors: accessed, inner shareable, MAIR's entry 0, for EL1 to read, write and execute; EL0 has none. */
#define MAP_BLOCK (1ULL << 54 | 1 << 10 | 3 << 8 | 1)
#define MAP_TABLE 3

extern const uint8_t start[], snapshot[], snapshot_end[], image_end[];

struct machine {
	struct lethe_fdt_facts facts;
	uint64_t ram, ram_end; /* the part that is used: within one GiB below 4 GiB */
	uint64_t free;         /* behind this program and the tree */
};

static struct machine machine;

static void say(const char *text)
{
	for (; *text != '\0'; text++) {
		*(volatile uint32_t *)UART = (uint8_t)*text;
	}
}

static void say_hex(uint64_t value)
{
	char digit[2] = "";
	int shift;

	say(" 0x");
	for (shift = 60; shift >= 0; shift -= 4) {
		digit[0] = "0123456789abcdef"[value >> shift & 15];
		say(digit);
	}
}

static uint64_t round_up(uint64_t value, uint64_t multiple)
{
	return (value + multiple - 1) & -multiple;
}

/* Returns null, or what is wrong. */
static const char *read_machine(const void *tree)
{
	uint64_t size;

	if (lethe_fdt_read(tree, &machine.facts, NULL) != LETHE_OK ||
	    !lethe_fdt_memory_at(tree, 0, &machine.ram, &size)) {
		return "no device tree that names RAM";
	}
	machine.ram_end = machine.ram + size;
	if (machine.ram_end > round_up(machine.ram + 1, GIB)) {
		machine.ram_end = round_up(machine.ram + 1, GIB);
	}
	if (machine.ram_end > 4 * GIB) {
		return "no RAM below 4 GiB";
	}
	machine.free = (uint64_t)tree + machine.facts.total_size;
	if (machine.free < (uint64_t)image_end) {
		machine.free = (uint64_t)image_end;
	}
	return NULL;
}

/* Each page of the snapshot's file to its place from `start` on, and zeros up to the memory that the Image needs. */
static struct page_pair *list_make(struct page_pair *pair, uint64_t size)
{
	const uint64_t file_size = (uint64_t)(snapshot_end - snapshot);
	uint64_t at;

	for (at = 0; at < size; at += PAGE, pair++) {
		pair->source = at < file_size ? (uint64_t)snapshot + at : 0;
		pair->dest = (uint64_t)start + at;
	}
	return pair;
}

/* The map of EL1: the RAM at its own address, and nothing else. */
static void map_make(struct safe *safe)
{
	uint64_t ips, at;

	for (at = 0; at < PAGE / 8; at++) {
		safe->gigabytes[at] = 0;
		safe->blocks[at] = 0;
	}
	safe->gigabytes[machine.ram / GIB] = (uint64_t)safe->blocks | MAP_TABLE;
	for (at = round_up(machine.ram, BLOCK); at + BLOCK <= machine.ram_end; at += BLOCK) {
		safe->blocks[at % GIB / BLOCK] = at | MAP_BLOCK;
	}
	__asm__("mrs %0, id_aa64mmfr0_el1" : "=r"(ips));
	ips &= 15;
	safe->job.tcr = TCR | (ips < IPS_48 ? ips : IPS_48) << IPS_SHIFT;
	safe->job.map = (uint64_t)safe->gigabytes;
}

/* Volatile, or the compiler makes it a memcpy(), which a program without a C library does not have. */
static void copy(void *to, const void *from, uint64_t size)
{
	uint64_t i;

	for (i = 0; i < size; i += 4) {
		*(volatile uint32_t *)((uint8_t *)to + i) = *(const uint32_t *)((const uint8_t *)from + i);
	}
}

/* Goes to EL1, and returns only the reason why not. */
static const char *leave(struct safe *safe, uint64_t safe_end)
{
	static struct lethe_handoff handoff;
	const int status = lethe_el2_stub_install(safe->stub);

	if (status != LETHE_OK) {
		return lethe_status_text(status);
	}
	lethe_el2_stub_prepare(machine.facts.has_gic_v3, &handoff);
	handoff.entry = (uint64_t)safe->mover;
	handoff.x[0] = (uint64_t)&safe->job;
	handoff.own_start = (uint64_t)snapshot_end;
	handoff.own_end = (uint64_t)image_end;
	/* At the PoC and complete: EL1 reads the job with the MMU off, and then walks the tables. */
	lethe_dcache_clean_inval_poc((uint64_t)safe, safe_end);
	lethe_handoff(&handoff);
}

static const char *resume(const void *tree)
{
	const struct lethe_image_header *image = (const struct lethe_image_header *)snapshot;
	const struct page_pair *bad;
	const char *wrong = read_machine(tree);
	uint64_t tree_at, size;
	struct safe *safe;

	if (wrong != NULL) {
		return wrong;
	}
	if (image->magic != LETHE_IMAGE_MAGIC || image->text_offset != 0) {
		return "the snapshot is no Image for a multiple of 2 MiB";
	}
	size = round_up(image->image_size, PAGE);
	if (size < (uint64_t)(image_end - start) || size > machine.ram_end - machine.ram) {
		return "the snapshot does not cover this program, or is larger than the RAM";
	}
	/* The last pages of RAM are the safe ones. */
	tree_at = round_up(sizeof(*safe) + size / PAGE * sizeof(*bad), PAGE);
	safe = (struct safe *)(machine.ram_end - tree_at - round_up(machine.facts.total_size, PAGE));
	if ((uint64_t)safe < machine.free) {
		return "no room for the safe pages at the end of the RAM";
	}
	/* No dirty line of an earlier program may be written over what is stored there now. */
	lethe_dcache_clean_inval_poc((uint64_t)safe, machine.ram_end);

	safe->job.pairs = safe->pairs;
	safe->job.pairs_end = list_make(safe->pairs, size);
	wrong = list_check(safe->job.pairs, safe->job.pairs_end, machine.ram, machine.ram_end,
			   (uint64_t)safe, machine.ram_end, &bad);
	if (wrong != NULL) {
		say("resume: the page for");
		say_hex(bad->dest);
		say(" ");
		return wrong;
	}
	safe->job.entry = (uint64_t)start;
	safe->job.tree = (uint64_t)safe + tree_at;
	copy((void *)safe->job.tree, tree, machine.facts.total_size);
	copy(safe->mover, mover, PAGE);
	map_make(safe);
	return leave(safe, machine.ram_end);
}

void main(const void *tree);

void main(const void *tree)
{
	const char *wrong = resume(tree);

	say("resume: ");
	say(wrong);
	say("\n");
}
