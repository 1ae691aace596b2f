/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_MACHINE_H
#define LETHE_TOOL_MACHINE_H

/* A machine that `lethe flash` makes files for: a small text, docs/use/flash.md has its fields. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lethe/flash.h>

struct machine {
	const char *name;         /* as the user gave it */
	struct lethe_flash flash; /* what the text says of it, all else zero */
	uint64_t size;            /* bytes that a file may have */
	bool is_exact;            /* and has to have */
	uint64_t erase;           /* bytes of an erase block: 4 KiB or more, a power of two */
	uint64_t ram;
	uint64_t ram_size;
	uint64_t console_base; /* of the UART; 0: none */
	bool tree_is_file;
	bool has_spin_page;
};

/*
 * Finds the machine of this name in the command, or else reads the file; what has a '/' is a file.
 * Returns TOOL_OK, or TOOL_USAGE or TOOL_UNREADABLE after printing why.
 */
int machine_read(const char *name, struct machine *machine);

/* machine.c: reads a text. Returns TOOL_OK, or TOOL_UNREADABLE after printing which line is at
 * fault. */
int machine_parse(const char *name, const char *text, size_t size, struct machine *machine);

/* Most words that a value has. */
#define MACHINE_WORDS 4U

/*
 * machine_values.c: the value of one key, taken apart at blanks. Return null, or what is wrong with
 * it; "" if nothing more can be said than what the value has to be. reason is for a sentence that
 * needs to be made.
 */
struct machine_value {
	char *word[MACHINE_WORDS];
	unsigned int count;
	char reason[256];
};
typedef const char *machine_reader(struct machine *machine, struct machine_value *value);

machine_reader machine_base, machine_size, machine_erase, machine_ram, machine_scratch,
	machine_tree, machine_console, machine_gic, machine_frequency, machine_counter,
	machine_boot_cpu, machine_cpus, machine_spin_page, machine_wake, machine_reset, machine_off,
	machine_on_failure;

/* A number with or without KiB, MiB or GiB behind it. Returns true with *value, or false. */
bool machine_number(const char *text, uint64_t *value);

/* The choice of a name for flash->cpus, or on_failure. Returns true with *value, or false. */
bool machine_choice_cpus(const char *text, uint32_t *value);
bool machine_choice_failure(const char *text, uint32_t *value);

#endif
