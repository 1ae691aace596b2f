/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_OPTIONS_H
#define LETHE_TOOL_OPTIONS_H

/* The command line of "lethe pack", parsed and judged as far as that goes without reading files. */

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

/* One thing to boot: the first, or what follows a --fallback. */
struct options_slot {
	const char *kernel;
	const char *initrd;
	const char *dtb;
	const char *append; /* null: the loader's command line passes on */
	bool force_dtb;
	unsigned int first_raw; /* its own of options.raw: as many from there on */
	unsigned int raw_count;
};

struct options {
	const char *output;
	bool stop_after_check;
	uint32_t el;
	uint32_t on_fail;
	uint32_t console_kind;
	uint32_t console_shift;
	uint32_t console_width;
	uint64_t console_base;
	unsigned int slot_count;
	struct options_slot slot[LETHE_SLOT_MAX];
	unsigned int raw_count;
	struct options_raw raw[OPTIONS_RAW_MAX];
};

/* argv without the subcommand. TOOL_OK, or TOOL_USAGE after printing why. */
int options_parse(int argc, char **argv, struct options *options);

/* May be called after a failed options_parse(). */
void options_free(struct options *options);

/* values.c: one value each, for options_parse(). */
int options_el(struct options *options, const char *value);
int options_on_fail(struct options *options, const char *value);
int options_stop_after(struct options *options, const char *value);
int options_append(struct options_slot *slot, const char *value);
int options_console(struct options *options, const char *value);
int options_raw(struct options *options, struct options_slot *slot, const char *value);

/*
 * The one file argument of inspect, verify and record, and a flag they may know ("--json"; null:
 * none). TOOL_OK, or TOOL_USAGE after printing why. *file stays as it is when none was given.
 */
int options_file(const char *command, int argc, char **argv, const char *flag, int *flag_given,
		 const char **file);

#endif
