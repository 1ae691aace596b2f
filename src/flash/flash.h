/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FLASH_INTERNAL_H
#define LETHE_FLASH_INTERNAL_H

/*
 * The front end of a flash file, in scratch memory. One CPU boots, and all of this is its own, but
 * for the first word of lethe_flash_state.
 */

#include <stdbool.h>
#include <stdint.h>

#include <lethe/flash.h>

#include "monitor/monitor.h"

/* flash.ld: byte 0 of the code, where it runs; behind the code the parameters that were checked. */
extern const uint8_t lethe_flash_start[], lethe_flash_end[];
extern uint8_t lethe_flash_stack_end[];

/* The same memory as a structure: code for single bytes would be twice as large. */
extern const struct lethe_flash lethe_flash_checked;

static inline const struct lethe_flash *lethe_flash_parameters(void)
{
	return &lethe_flash_checked;
}

/* crc.S, writes.S, say.S: contracts in the banners. */
uint32_t lethe_flash_crc(uint32_t state, const void *start, const void *end);
void lethe_flash_writes(const struct lethe_flash_write *writes, uint64_t count);
void lethe_flash_puts(const char *text, const struct lethe_flash *flash);
void lethe_flash_put_hex(uint64_t value, const struct lethe_flash *flash);
void lethe_flash_put(uint64_t character, const struct lethe_flash *flash);
void lethe_flash_fail(const char *sentence, uint64_t value, const struct lethe_flash *flash)
	__attribute__((noreturn));

/* Prints "lethe: ", the sentence, the number, and the end of the line. */
void lethe_flash_line(const char *sentence, uint64_t value);

/* A CPU of the tree. */
struct lethe_flash_cpu {
	uint64_t id;      /* affinity */
	uint64_t release; /* PA of its word of a spin-table, or 0 */
};

/* The state of this boot. */
struct lethe_flash_state {
	volatile uint64_t ready; /* LETHE_FLASH_READY when all other CPUs may come: flash_head.S
				    looks at it */
	unsigned int el;         /* current */
	unsigned int slot;       /* that is tried */
	uint64_t file;           /* PA of byte 0 of the file */
	bool is_cached;          /* MMU and caches are on */
	unsigned int cpu_count;  /* of cpu */
	struct lethe_flash_cpu cpu[LETHE_MONITOR_CPU_MAX];
};

extern struct lethe_flash_state lethe_flash_state;

/* True if the file has a slot behind the one that is tried. */
static inline bool lethe_flash_has_next(void)
{
	const unsigned int next = lethe_flash_state.slot + 1;

	return next < LETHE_FLASH_SLOTS && lethe_flash_parameters()->slot[next].offset != 0;
}

/* map.c: MMU and caches on if the CPU can, with room for a bundle; and off again. */
void lethe_flash_map_on(uint64_t bundle_size);
void lethe_flash_map_off(void);

/* tree.c: the size of the tree where it comes from; the tree where it is to be, complete, and in
 * memory. Both fail aloud. */
uint64_t lethe_flash_tree_size(void);
void lethe_flash_tree(void);

/*
 * slot.c. choose: the slot that is tried, or the first one behind it that can be; each that cannot
 * is named. Fails aloud if there is none. Returns the memory that its bundle needs. MMU off. copy:
 * its bundle to where it runs, and into memory; fails aloud if there is no RAM.
 */
uint64_t lethe_flash_slot_choose(void);
void lethe_flash_slot_copy(void);

/* ram.c: fails aloud unless the ends of a range are RAM. start is 8-byte aligned. Mapped if the MMU
 * is on. */
#define LETHE_FLASH_PAGE 4096U
void lethe_flash_ram_need(uint64_t start, uint64_t size);

/*
 * cpus.c: the other CPUs of the tree. cpus: they wait in scratch memory, or go below EL3 to the
 * words of a spin-table. MMU off. spin: what they find there; once, before that, and mapped.
 */
void lethe_flash_cpus(void);
void lethe_flash_cpus_spin(void);

/* branch.S: the contract is in the banner. */
void lethe_flash_branch(uint64_t entry, const uint64_t x[4]) __attribute__((noreturn));

/* door/flash.c: behind a bundle that gave up. EL3, MMU off, on the front end's stack. */
void lethe_flash_again(void) __attribute__((noreturn));

#endif
