/* SPDX-License-Identifier: BSD-2-Clause */
/* The record by libfdt's calls: see record_reference.h. The names are spelled out here again. */

#include <stdlib.h>
#include <string.h>

#include <libfdt.h>

#include "record_reference.h"

static void require(int condition)
{
	if (!condition) {
		abort();
	}
}

static void add_texts(void *tree, int node, const char *name, const char *const *texts,
		      unsigned int count)
{
	unsigned int i;

	require(fdt_setprop(tree, node, name, "", 0) == 0);
	for (i = 0; i < count; i++) {
		require(fdt_appendprop_string(tree, node, name, texts[i]) == 0);
	}
}

static void add_u64s(void *tree, int node, const char *name, const uint64_t *values,
		     unsigned int count)
{
	unsigned int i;

	require(fdt_setprop(tree, node, name, "", 0) == 0);
	for (i = 0; i < count; i++) {
		require(fdt_appendprop_u64(tree, node, name, values[i]) == 0);
	}
}

/* libfdt puts each property before the others: from the last to the first. */
void record_reference(void *tree, const struct lethe_record *record)
{
	const unsigned int segments = record->segment_count;
	int node = fdt_path_offset(tree, "/chosen/lethe");

	if (node >= 0) {
		require(fdt_del_node(tree, node) == 0);
	}
	node = fdt_add_subnode(tree, fdt_path_offset(tree, "/chosen"), "lethe");
	require(node >= 0);
	add_texts(tree, node, "segment-verdicts", record->segment_verdicts, segments);
	add_texts(tree, node, "segment-names", record->segment_names, segments);
	add_u64s(tree, node, "stage-bytes", record->stage_bytes, 7);
	add_u64s(tree, node, "stage-ticks", record->stage_ticks, 7);
	add_texts(tree, node, "stage-names", record->stage_names, 7);
	add_u64s(tree, node, "counter-frequency", &record->counter_frequency, 1);
	require(fdt_setprop_u32(tree, node, "boot-count", record->boot_count) == 0);
	if (record->failed_segment != NULL) {
		add_texts(tree, node, "failed-segment", &record->failed_segment, 1);
	}
	require(fdt_setprop_u32(tree, node, "slot", record->slot) == 0);
	require(fdt_setprop_u32(tree, node, "handoff-el", record->handoff_el) == 0);
	require(fdt_setprop_u32(tree, node, "entry-el", record->entry_el) == 0);
	add_texts(tree, node, "mode", &record->mode, 1);
	add_texts(tree, node, "door", &record->door, 1);
	add_texts(tree, node, "version", &record->version, 1);
	require(fdt_setprop_u32(tree, node, "record-version", 1) == 0);
}
