/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef METER_H
#define METER_H

#include <stdbool.h>
#include <stdint.h>

#include "atoms.h"

#define METER_RANGES 256U
#define METER_SIZES  5U /* accesses of 1 to 16 bytes */
#define METER_ELS    4U
#define METER_CPUS   16U

enum meter_memory { METER_UNCACHED, METER_CACHED, METER_IO, METER_MEMORIES };

struct meter_range {
	char name[32];
	uint64_t lo;
	uint64_t hi; /* exclusive */
};

struct meter_ranges {
	unsigned int count;
	struct meter_range list[METER_RANGES];
};

struct meter_settings {
	uint64_t start;
	uint64_t stop;
	bool handoff; /* stop at the next arm64 Image instead */
	bool quit;
	const char *json;
	struct meter_ranges ranges; /* of data, by physical address */
	struct meter_ranges code;   /* of instructions, by virtual address */
};

/* Of one CPU, counted by generated code. */
struct meter_executed {
	uint64_t el[METER_ELS];
	uint64_t op[ATOMS_OPS];
	uint64_t code[METER_RANGES];
};

struct meter_accesses {
	uint64_t atoms[METER_SIZES];
};

/* [memory][load or store] */
typedef struct meter_accesses meter_data[METER_MEMORIES][2];

struct meter_result {
	uint64_t start_pc;
	uint64_t stop_pc;
	unsigned int start_el;
	unsigned int stop_el;
	struct meter_executed executed;
	unsigned int other_count;
	/* of the other CPUs, from the machine's start on: all, and those by code with a name */
	uint64_t others[METER_CPUS];
	uint64_t others_named[METER_CPUS];
	uint64_t fetched_uncached;
	uint64_t undecoded;
	meter_data all;
	meter_data range[METER_RANGES];
	meter_data code[METER_RANGES + 1]; /* made by this code; the last: by code without a name */
};

/* False with a message when an argument is not understood. */
bool meter_arguments(struct meter_settings *settings, int argc, char **argv);

bool meter_report(const struct meter_settings *settings, const struct meter_result *result);

#endif
