/* SPDX-License-Identifier: BSD-2-Clause */
/* The meter's report: one JSON object, sizes by name, zeros included. */
#include "meter.h"

#include <inttypes.h>
#include <stdio.h>

static void accesses(FILE *file, const char *name, const struct meter_accesses *counts)
{
	uint64_t atoms = 0;
	uint64_t bytes = 0;

	for (unsigned int size = 0; size < METER_SIZES; size++) {
		atoms += counts->atoms[size];
		bytes += counts->atoms[size] << size;
	}
	fprintf(file, "\"%s\": {\"accesses\": %" PRIu64 ", \"bytes\": %" PRIu64 ", \"by_size\": {",
		name, atoms, bytes);
	for (unsigned int size = 0; size < METER_SIZES; size++) {
		fprintf(file, "%s\"%u\": %" PRIu64, size ? ", " : "", 1U << size,
			counts->atoms[size]);
	}
	fprintf(file, "}}");
}

static void data(FILE *file, const meter_data counts)
{
	static const char *const names[METER_MEMORIES] = {"uncached", "cached", "io"};

	for (unsigned int memory = 0; memory < METER_MEMORIES; memory++) {
		fprintf(file, "%s\"%s\": {", memory ? ", " : "", names[memory]);
		accesses(file, "loads", &counts[memory][0]);
		fprintf(file, ", ");
		accesses(file, "stores", &counts[memory][1]);
		fprintf(file, "}");
	}
}

bool meter_report(const struct meter_settings *settings, const struct meter_result *result)
{
	static const char *const ops[ATOMS_OPS] = {
		[ATOMS_MEMORY] = "memory", [ATOMS_DC_ZVA] = "dc_zva", [ATOMS_DC] = "dc",
		[ATOMS_IC] = "ic",         [ATOMS_TLBI] = "tlbi",     [ATOMS_DSB] = "dsb",
		[ATOMS_DMB] = "dmb",       [ATOMS_ISB] = "isb",
	};
	FILE *file = fopen(settings->json, "w");
	uint64_t total = 0;

	if (!file) {
		perror(settings->json);
		return false;
	}
	for (unsigned int el = 0; el < METER_ELS; el++) {
		total += result->executed.el[el];
	}
	fprintf(file, "{\"start\": {\"pc\": %" PRIu64 ", \"el\": %u}, ", result->start_pc,
		result->start_el);
	fprintf(file, "\"stop\": {\"pc\": %" PRIu64 ", \"el\": %u},\n", result->stop_pc,
		result->stop_el);
	fprintf(file, "\"instructions\": %" PRIu64 ", \"fetched_uncached\": %" PRIu64, total,
		result->fetched_uncached);
	for (unsigned int op = ATOMS_MEMORY; op < ATOMS_OPS; op++) {
		fprintf(file, ", \"%s\": %" PRIu64, ops[op], result->executed.op[op]);
	}
	fprintf(file, ", \"undecoded\": %" PRIu64 ", \"others\": [", result->undecoded);
	for (unsigned int i = 0; i < result->other_count; i++) {
		fprintf(file, "%s{\"instructions\": %" PRIu64 ", \"named\": %" PRIu64 "}",
			i ? ", " : "", result->others[i], result->others_named[i]);
	}
	fprintf(file, "],\n");
	data(file, result->all);
	fprintf(file, ",\n\"ranges\": {");
	for (unsigned int i = 0; i < settings->ranges.count; i++) {
		fprintf(file, "%s\n\"%s\": {", i ? "," : "", settings->ranges.list[i].name);
		data(file, result->range[i]);
		fprintf(file, "}");
	}
	fprintf(file, "},\n\"code\": {");
	for (unsigned int i = 0; i < settings->code.count; i++) {
		fprintf(file, "%s\n\"%s\": {\"instructions\": %" PRIu64 ", ", i ? "," : "",
			settings->code.list[i].name, result->executed.code[i]);
		data(file, result->code[i]);
		fprintf(file, "}");
	}
	fprintf(file, "}}\n");
	if (fclose(file) != 0) {
		perror(settings->json);
		return false;
	}
	return true;
}
