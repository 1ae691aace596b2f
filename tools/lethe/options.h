/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_OPTIONS_H
#define LETHE_TOOL_OPTIONS_H

/* The command line of "lethe pack", parsed, with all checks that read no file. */

#include <stdbool.h>
#include <stdint.h>

#include <lethe/plan.h>

#define OPTIONS_RAW_MAX    (LETHE_SEGMENT_MAX - 3U) /* dtb, initrd and kernel */
#define OPTIONS_APPEND_MAX 2047U /* arm64 Linux: COMMAND_LINE_SIZE is 2048 with the zero */

struct options_raw {
	char *file; /* owned */
	uint64_t address;
	bool has_entry;
	uint64_t entry;
};

/* The options of one slot. Each --fallback begins the next slot. */
struct options_slot {
	const char *kernel;
	const char *initrd;
	const char *dtb;
	const char *append; /* null: the loader's command line passes on */
	bool force_dtb;
	unsigned int first_raw; /* the first of the slot's raw_count entries in options.raw */
	unsigned int raw_count;
};

struct options {
	const char *output;
	bool stop_after_check;
	bool efi;	    /* the bundle has the EFI door */
	uint32_t efi_flags; /* LETHE_PLAN_EFI_* */
	uint32_t el;
	uint32_t cpus;
	uint32_t on_fail;
	uint32_t console_kind;
	uint32_t console_shift;
	uint32_t console_width;
	uint64_t console_base;
	bool chunks_auto;
	uint32_t chunk_shift; /* unless chunks_auto; 0: no chunks */
	unsigned int slot_count;
	struct options_slot slot[LETHE_SLOT_MAX];
	unsigned int raw_count;
	struct options_raw raw[OPTIONS_RAW_MAX];
};

/* argv has no subcommand in front. Returns TOOL_OK, or TOOL_USAGE after printing why. */
int options_parse(int argc, char **argv, struct options *options);

/* May be called after a failed options_parse(). */
void options_free(struct options *options);

/* values.c: a function parses one option's value, for options_parse(). */
int options_el(struct options *options, const char *value);
int options_cpus(struct options *options, const char *value);
int options_on_fail(struct options *options, const char *value);
int options_stop_after(struct options *options, const char *value);
int options_allow_loader(struct options *options, const char *value);
int options_chunks(struct options *options, const char *value);
int options_append(struct options_slot *slot, const char *value);
int options_console(struct options *options, const char *value);
int options_raw(struct options *options, struct options_slot *slot, const char *value);

/*
 * Parses the file argument of inspect, verify or record, and the subcommand's flag ("--json", or
 * null). Returns TOOL_OK, or TOOL_USAGE after printing why. Without a file argument, *file is left
 * unchanged.
 */
int options_file(const char *command, int argc, char **argv, const char *flag, int *flag_given,
		 const char **file);

#endif
