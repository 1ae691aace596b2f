/* SPDX-License-Identifier: BSD-2-Clause */
/* The record: /chosen/lethe, what the next kernel may know of how it was started. */

#include <string.h>

#include <lethe/record.h>

#include "fdt/fdt_get.h"

/* A node being written: the first error sticks, and nothing is written after it. */
struct writing {
	void *tree;
	int node;
	int error;
};

static const char *text_of(const char *text)
{
	return text != NULL ? text : "";
}

static void set_text(struct writing *writing, const char *name, const char *text)
{
	if (writing->error == 0) {
		writing->error = fdt_setprop(writing->tree, writing->node, name, text_of(text),
					     (int)strlen(text_of(text)) + 1);
	}
}

static void set_u32(struct writing *writing, const char *name, uint32_t value)
{
	if (writing->error == 0) {
		writing->error = fdt_setprop_u32(writing->tree, writing->node, name, value);
	}
}

/* Values are 4-byte aligned only, so a u64 goes in as bytes. */
static void set_u64s(struct writing *writing, const char *name, const uint64_t *values,
		     unsigned int count)
{
	unsigned char *to = NULL;
	unsigned int i;
	fdt64_t value;

	if (writing->error == 0) {
		writing->error =
			fdt_setprop_placeholder(writing->tree, writing->node, name,
						(int)(count * sizeof(value)), (void **)&to);
	}
	for (i = 0; writing->error == 0 && i < count; i++) {
		value = cpu_to_fdt64(values[i]);
		memcpy(to + i * sizeof(value), &value, sizeof(value));
	}
}

static void set_texts(struct writing *writing, const char *name, const char *const *texts,
		      unsigned int count)
{
	size_t size = 0;
	char *to = NULL;
	unsigned int i;

	for (i = 0; i < count; i++) {
		size += strlen(text_of(texts[i])) + 1;
	}
	if (writing->error == 0) {
		writing->error = fdt_setprop_placeholder(writing->tree, writing->node, name,
							 (int)size, (void **)&to);
	}
	for (i = 0; writing->error == 0 && i < count; i++) {
		size = strlen(text_of(texts[i])) + 1;
		memcpy(to, text_of(texts[i]), size);
		to += size;
	}
}

int lethe_record_remove(void *tree, int chosen)
{
	int error = 0;
	int node;

	while (error == 0) {
		node = fdt_subnode_offset(tree, chosen, "lethe");
		if (node == -FDT_ERR_NOTFOUND) {
			return 0;
		}
		error = node < 0 ? node : fdt_del_node(tree, node);
	}
	return error;
}

int lethe_record_write(void *tree, const struct lethe_record *record)
{
	int chosen = fdt_subnode_offset(tree, 0, "chosen");
	unsigned int segments = record->segment_count;
	struct writing writing;

	if (chosen < 0) {
		return LETHE_E_TREE_BROKEN;
	}
	if (lethe_record_remove(tree, chosen) != 0) {
		return LETHE_E_TREE_BROKEN;
	}
	writing.tree = tree;
	writing.node = fdt_add_subnode(tree, chosen, "lethe");
	if (writing.node < 0) {
		return lethe_fdt_status(writing.node);
	}
	writing.error = 0;
	if (segments > LETHE_SEGMENT_MAX) {
		segments = LETHE_SEGMENT_MAX;
	}

	/* libfdt puts each property before the others: from the last to the first */
	set_texts(&writing, "segment-verdicts", record->segment_verdicts, segments);
	set_texts(&writing, "segment-names", record->segment_names, segments);
	set_u64s(&writing, "stage-bytes", record->stage_bytes, LETHE_RECORD_STAGES);
	set_u64s(&writing, "stage-ticks", record->stage_ticks, LETHE_RECORD_STAGES);
	set_texts(&writing, "stage-names", record->stage_names, LETHE_RECORD_STAGES);
	set_u64s(&writing, "counter-frequency", &record->counter_frequency, 1);
	set_u32(&writing, "boot-count", record->boot_count);
	if (record->failed_segment != NULL) {
		set_text(&writing, "failed-segment", record->failed_segment);
	}
	set_u32(&writing, "slot", record->slot);
	set_u32(&writing, "handoff-el", record->handoff_el);
	set_u32(&writing, "entry-el", record->entry_el);
	set_text(&writing, "mode", record->mode);
	set_text(&writing, "door", record->door);
	set_text(&writing, "version", record->version);
	set_u32(&writing, "record-version", LETHE_RECORD_VERSION);
	if (writing.error != 0) {
		/* half a record is worse than none */
		fdt_del_node(tree, writing.node);
	}
	return lethe_fdt_status(writing.error);
}

static int patch(void *tree, int node, const char *name, unsigned int stage, uint64_t value)
{
	fdt64_t number = cpu_to_fdt64(value);

	return fdt_setprop_inplace_namelen_partial(tree, node, name, (int)strlen(name),
						   stage * (uint32_t)sizeof(number), &number,
						   sizeof(number));
}

int lethe_record_patch_stage(void *tree, unsigned int stage, uint64_t ticks, uint64_t bytes)
{
	int node = fdt_subnode_offset(tree, 0, "chosen");

	if (node >= 0) {
		node = fdt_subnode_offset(tree, node, "lethe");
	}
	if (stage >= LETHE_RECORD_STAGES || node < 0 ||
	    patch(tree, node, "stage-ticks", stage, ticks) != 0 ||
	    patch(tree, node, "stage-bytes", stage, bytes) != 0) {
		return LETHE_E_TREE_BROKEN;
	}
	return LETHE_OK;
}
