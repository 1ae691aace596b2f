/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Stage 6 of the purgatory: a copy of kexec's tree with the record in it. By hand, for libfdt's write side has no room
 * in 19 KB: one node is put in, or in the place of the last boot's, and nothing else changes.
 */
#include <string.h>

#include <libfdt.h>

#include <lethe/version.h>

#include "fdt/fdt_get.h"
#include "purgatory/purgatory.h"
#include "cpu/counter.h"

#define RECORD_MAX 1536U /* bytes of a node with 16 segments and of the names */

/* Not zeroed, written from its beginning, and cleaned with the rest of Lethe at the crossing. */
static char buffer[LETHE_PURGATORY_TREE] __attribute__((section(".pool"), aligned(8)));

/* In the order in which they are written. */
static const char names[] = "record-version\0version\0door\0mode\0entry-el\0handoff-el\0slot\0boot-count\0"
			    "counter-frequency\0stage-names\0stage-ticks\0stage-bytes\0segment-names\0"
			    "segment-verdicts";

struct writing {
	char *at;
	const char *name; /* of the next property */
	uint32_t strings; /* where names begin among the tree's strings */
};

static void put_cell(struct writing *writing, uint32_t value)
{
	*(fdt32_t *)(void *)writing->at = cpu_to_fdt32(value);
	writing->at += 4;
}

static void start(struct writing *writing, uint32_t size)
{
	put_cell(writing, FDT_PROP);
	put_cell(writing, size);
	put_cell(writing, writing->strings + (uint32_t)(writing->name - names));
	writing->name += strlen(writing->name) + 1;
}

static void put_u32(struct writing *writing, uint32_t value)
{
	start(writing, 4);
	put_cell(writing, value);
}

static void put_u64s(struct writing *writing, const uint64_t *values, unsigned int count)
{
	start(writing, count * 8);
	for (; count != 0; count--, values++) {
		put_cell(writing, (uint32_t)(*values >> 32));
		put_cell(writing, (uint32_t)*values);
	}
}

static void put_texts(struct writing *writing, const char *const *texts, unsigned int count)
{
	char *begin = writing->at;
	uint32_t size;

	start(writing, 0);
	for (; count != 0; count--, texts++) {
		size = (uint32_t)strlen(*texts) + 1;
		memcpy(writing->at, *texts, size);
		writing->at += size;
	}
	((fdt32_t *)(void *)begin)[1] = cpu_to_fdt32((uint32_t)(writing->at - begin) - 12);
	while (((uintptr_t)writing->at & 3) != 0) {
		*writing->at++ = '\0';
	}
}

static void put_record(struct writing *writing, const struct lethe_context *ctx)
{
	const struct lethe_record *record = &ctx->record;
	const char *const version = LETHE_VERSION;
	const char *const mode = ctx->is_cached ? "cached" : "uncached";
	const uint64_t rate = lethe_counter_rate();

	put_cell(writing, FDT_BEGIN_NODE);
	memcpy(writing->at, "lethe\0\0", 8);
	writing->at += 8;
	put_u32(writing, LETHE_RECORD_VERSION);
	put_texts(writing, &version, 1);
	put_texts(writing, &ctx->door, 1);
	put_texts(writing, &mode, 1);
	put_u32(writing, ctx->el);
	put_u32(writing, ctx->el);
	put_u32(writing, 0);
	put_u32(writing, ctx->facts.boot_count + 1);
	put_u64s(writing, &rate, 1);
	put_texts(writing, record->stage_names, LETHE_RECORD_STAGES);
	put_u64s(writing, record->stage_ticks, LETHE_RECORD_STAGES);
	put_u64s(writing, record->stage_bytes, LETHE_RECORD_STAGES);
	put_texts(writing, record->segment_names, record->segment_count);
	put_texts(writing, record->segment_verdicts, record->segment_count);
	put_cell(writing, FDT_END_NODE);
}

/* The offset behind a node. */
static int end_of(const void *tree, int node)
{
	int depth = 0;
	uint32_t tag;

	do {
		tag = fdt_next_tag(tree, node, &node);
		depth += tag == FDT_BEGIN_NODE;
		depth -= tag == FDT_END_NODE;
	} while (depth != 0);
	return node;
}

/* Are they there from the boot before? Where, or where they would be added. */
static uint32_t find_names(const void *tree)
{
	const char *strings = (const char *)tree + fdt_off_dt_strings(tree);
	const uint32_t size = fdt_size_dt_strings(tree);
	uint32_t at;

	for (at = 0; at + sizeof(names) <= size; at++) {
		if (strings[at] == names[0] && memcmp(strings + at, names, sizeof(names)) == 0) {
			return at;
		}
	}
	return size;
}

int lethe_purgatory_describe(struct lethe_context *ctx, int chosen, int old)
{
	const void *tree = ctx->tree;
	const uint32_t head = fdt_off_dt_struct(tree);
	uint32_t size = fdt_size_dt_strings(tree);
	struct writing writing = {buffer, names, find_names(tree)};
	uint32_t cut;
	uint32_t resume;

	if (chosen < 0 || ctx->facts.used_size + RECORD_MAX > sizeof(buffer)) {
		return LETHE_E_TREE_NOSPACE;
	}
	cut = (uint32_t)(old >= 0 ? old : end_of(tree, chosen) - 4);
	resume = old >= 0 ? (uint32_t)end_of(tree, old) : cut;
	memcpy(buffer, tree, head + cut);
	writing.at += head + cut;
	put_record(&writing, ctx);
	memcpy(writing.at, (const char *)tree + head + resume, fdt_size_dt_struct(tree) - resume);
	writing.at += fdt_size_dt_struct(tree) - resume;
	fdt_set_size_dt_struct(buffer, (uint32_t)(writing.at - buffer) - head);
	fdt_set_off_dt_strings(buffer, (uint32_t)(writing.at - buffer));
	memcpy(writing.at, (const char *)tree + fdt_off_dt_strings(tree), size);
	writing.at += size;
	if (writing.strings == size) {
		memcpy(writing.at, names, sizeof(names));
		writing.at += sizeof(names);
		size += (uint32_t)sizeof(names);
	}
	fdt_set_size_dt_strings(buffer, size);
	fdt_set_totalsize(buffer, (uint32_t)(writing.at - buffer));
	ctx->placement.tree.start = (uint64_t)buffer;
	return LETHE_OK;
}
