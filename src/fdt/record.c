/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The record: node /chosen/lethe tells the next kernel about its start. The node is built as bytes
 * and spliced into the tree, because libfdt's write functions would exceed the purgatory's budget.
 * The names go to the end of the strings block, all together. The next boot finds them there, so a
 * tree does not grow from boot to boot.
 */
#include <stddef.h>
#include <string.h>

#include <lethe/record.h>

#include "fdt/fdt_get.h"
#include "fdt/record_at.h"
#include "strings_list.h"

enum kind {
	KIND_CONSTANT, /* a cell; the field is its value */
	KIND_U32,
	KIND_U64,
	KIND_TEXT,         /* a null pointer is an empty string */
	KIND_TEXT_OR_NONE, /* a null pointer is no property */
	KIND_COMPATIBLE,   /* the same text always */
};

#define SEGMENTS    0U   /* one value per segment */
#define RESERVED    255U /* as many values as the record says; no property if none */
#define FIELD(name) offsetof(struct lethe_record, name)

/* All properties in order: name, kind, number of values, field. */
#define PROPERTIES(X)                                                                              \
	X(LETHE_RECORD_NAME_RECORD_VERSION, KIND_CONSTANT, 1, LETHE_RECORD_VERSION)                \
	X(LETHE_RECORD_NAME_VERSION, KIND_TEXT, 1, FIELD(version))                                 \
	X(LETHE_RECORD_NAME_DOOR, KIND_TEXT, 1, FIELD(door))                                       \
	X(LETHE_RECORD_NAME_MODE, KIND_TEXT, 1, FIELD(mode))                                       \
	X(LETHE_RECORD_NAME_ENTRY_EL, KIND_U32, 1, FIELD(entry_el))                                \
	X(LETHE_RECORD_NAME_HANDOFF_EL, KIND_U32, 1, FIELD(handoff_el))                            \
	X(LETHE_RECORD_NAME_SLOT, KIND_U32, 1, FIELD(slot))                                        \
	X(LETHE_RECORD_NAME_FAILED_SEGMENT, KIND_TEXT_OR_NONE, 1, FIELD(failed_segment))           \
	X(LETHE_RECORD_NAME_BOOT_COUNT, KIND_U32, 1, FIELD(boot_count))                            \
	X(LETHE_RECORD_NAME_COUNTER_FREQUENCY, KIND_U64, 1, FIELD(counter_frequency))              \
	X(LETHE_RECORD_NAME_STAGE_NAMES, KIND_TEXT, LETHE_RECORD_STAGES, FIELD(stage_names))       \
	X(LETHE_RECORD_NAME_STAGE_TICKS, KIND_U64, LETHE_RECORD_STAGES, FIELD(stage_ticks))        \
	X(LETHE_RECORD_NAME_STAGE_BYTES, KIND_U64, LETHE_RECORD_STAGES, FIELD(stage_bytes))        \
	X(LETHE_RECORD_NAME_SEGMENT_NAMES, KIND_TEXT, SEGMENTS, FIELD(segment_names))              \
	X(LETHE_RECORD_NAME_SEGMENT_VERDICTS, KIND_TEXT, SEGMENTS, FIELD(segment_verdicts))        \
	BLOB_PROPERTIES(X)                                                                         \
	EFI_PROPERTIES(X)

/* Xen's EFI stub wants one of each child of /chosen, or ends (arch/arm/efi/efi-boot.h). */
#ifdef LETHE_EFI_DOOR
#define EFI_PROPERTIES(X) X(LETHE_RECORD_NAME_COMPATIBLE, KIND_COMPATIBLE, 1, 0)
#else
#define EFI_PROPERTIES(X)
#endif

/* The purgatory reserves nothing, and asks for no CPU. */
#ifdef LETHE_PURGATORY
#define BLOB_PROPERTIES(X)
#else
#define BLOB_PROPERTIES(X)                                                                         \
	X(LETHE_RECORD_NAME_RESERVED, KIND_U64, RESERVED, FIELD(reserved))                         \
	X(LETHE_RECORD_NAME_CPUS_OFF, KIND_U32, 1, FIELD(cpus_off))                                \
	X(LETHE_RECORD_NAME_CPUS_ON, KIND_U32, 1, FIELD(cpus_on))                                  \
	X(LETHE_RECORD_NAME_CPUS_UNKNOWN, KIND_U32, 1, FIELD(cpus_unknown))                        \
	X(LETHE_RECORD_NAME_DIGEST_CPUS, KIND_U32, 1, FIELD(digest_cpus))
#endif

struct property {
	uint16_t field; /* offset in the record */
	uint8_t kind;
	uint8_t count;
};

#define PROPERTY_ROW(name, kind, count, field) {field, kind, count},
static const struct property properties[] = {PROPERTIES(PROPERTY_ROW)};
#define PROPERTY_NAME(name, kind, count, field) name "\0"
static const char names[] = PROPERTIES(PROPERTY_NAME);

#define NAMES_SIZE ((uint32_t)sizeof(names) - 1) /* without the list's empty string */

/* A node under construction. */
struct node {
	char *bytes; /* null: only the size is counted */
	uint32_t size;
};

static void put(struct node *node, const void *bytes, uint32_t size)
{
	if (node->bytes != NULL) {
		memcpy(node->bytes + node->size, bytes, size);
	}
	node->size += size;
}

static void put_cell(struct node *node, uint32_t value)
{
	const fdt32_t cell = cpu_to_fdt32(value);

	put(node, &cell, sizeof(cell));
}

static void put_values(struct node *node, const struct property *property, const void *values,
		       unsigned int count)
{
	const char *text;
	uint64_t number;
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (property->kind == KIND_CONSTANT) {
			put_cell(node, property->field);
		} else if (property->kind == KIND_U32) {
			put_cell(node, ((const uint32_t *)values)[i]);
		} else if (property->kind == KIND_U64) {
			number = ((const uint64_t *)values)[i];
			put_cell(node, (uint32_t)(number >> 32));
			put_cell(node, (uint32_t)number);
#ifdef LETHE_EFI_DOOR
		} else if (property->kind == KIND_COMPATIBLE) {
			put(node, LETHE_RECORD_COMPATIBLE, sizeof(LETHE_RECORD_COMPATIBLE));
#endif
		} else {
			text = ((const char *const *)values)[i];
			text = text != NULL ? text : "";
			put(node, text, (uint32_t)strlen(text) + 1);
		}
	}
}

static void put_property(struct node *node, const struct property *property,
			 const struct lethe_record *record, uint32_t name)
{
	const void *values = (const char *)record + property->field;
	unsigned int count = property->count;
	struct node value = {NULL, 0};

	if (property->kind == KIND_TEXT_OR_NONE && *(const char *const *)values == NULL) {
		return;
	}
	if (count == SEGMENTS) {
		count = record->segment_count < LETHE_SEGMENT_MAX ? record->segment_count
								  : LETHE_SEGMENT_MAX;
	}
#ifndef LETHE_PURGATORY
	if (count == RESERVED) {
		count = record->reserved_count;
		if (count == 0) {
			return;
		}
	}
#endif
	put_values(&value, property, values, count);
	put_cell(node, FDT_PROP);
	put_cell(node, value.size);
	put_cell(node, name);
	put_values(node, property, values, count);
	put(node, "\0\0\0", -value.size & 3U);
}

/* Builds the whole node. first_name: offset of the names in the strings block. */
static void put_record(struct node *node, const struct lethe_record *record, uint32_t first_name)
{
	const struct property *property = properties;
	const char *name;

	node->size = 0;
	put(node, "\0\0\0\1lethe\0\0", 12); /* FDT_BEGIN_NODE and the node's name */
	lethe_for_each_string(name, names)
	{
		put_property(node, property, record, first_name + (uint32_t)(name - names));
		property++;
	}
	put_cell(node, FDT_END_NODE);
}

int lethe_record_write_in(void *tree, int chosen, const struct lethe_record *record, int *record_at)
{
	const struct lethe_fdt sound = {tree};
	const uint32_t strings = fdt_off_dt_strings(tree);
	const uint32_t size = fdt_size_dt_strings(tree);
	char *structure = (char *)tree + fdt_off_dt_struct(tree);
	char *end = (char *)tree + strings + size;
	struct node node = {NULL, 0};
	uint32_t first_name;
	uint32_t added;
	uint32_t delta; /* negative if the node becomes smaller: all sums are modulo 2^32 */
	const char *resume;
	int offset;

	if (chosen < 0) {
		return LETHE_E_TREE_BROKEN;
	}
	/* At the last boot's record, which the node replaces, or at the end of /chosen. */
	offset = lethe_fdt_child(sound, chosen, "lethe", 5);
	if (offset >= 0) {
		resume = (const char *)lethe_fdt_skip(lethe_fdt_tag_at(sound, offset));
	} else {
		resume = (const char *)(lethe_fdt_skip(lethe_fdt_tag_at(sound, chosen)) - 1);
		offset = (int)(resume - structure);
	}
	first_name = lethe_fdt_find_names((char *)tree + strings, size, names, NAMES_SIZE);
	added = first_name == size ? NAMES_SIZE : 0;
	put_record(&node, record, first_name);
	node.bytes = structure + offset;
	delta = node.size - (uint32_t)(resume - node.bytes);
	if (strings + size + delta + added > fdt_totalsize(tree)) {
		return LETHE_E_TREE_NOSPACE;
	}
	memmove(node.bytes + node.size, resume, (size_t)(end - resume));
	memcpy((char *)tree + (strings + delta + size), names, added);
	put_record(&node, record, first_name);
	fdt_set_size_dt_struct(tree, fdt_size_dt_struct(tree) + delta);
	fdt_set_off_dt_strings(tree, strings + delta);
	fdt_set_size_dt_strings(tree, size + added);
	*record_at = offset;
	return LETHE_OK;
}

static int find_chosen(const void *tree)
{
	const struct lethe_fdt sound = {tree};

	return fdt_magic(tree) == FDT_MAGIC ? lethe_fdt_child(sound, 0, "chosen", 6) : -1;
}

int lethe_record_write(void *tree, const struct lethe_record *record)
{
	int record_at;

	return lethe_record_write_in(tree, find_chosen(tree), record, &record_at);
}

static int patch(void *tree, int node, const char *name, unsigned int stage, uint64_t value)
{
	fdt64_t number = cpu_to_fdt64(value);

	return fdt_setprop_inplace_namelen_partial(tree, node, name, (int)strlen(name),
						   stage * (uint32_t)sizeof(number), &number,
						   sizeof(number));
}

int lethe_record_patch_in(void *tree, int record_at, unsigned int stage, uint64_t ticks,
			  uint64_t bytes)
{
	if (stage >= LETHE_RECORD_STAGES || record_at < 0 ||
	    patch(tree, record_at, LETHE_RECORD_NAME_STAGE_TICKS, stage, ticks) != 0 ||
	    patch(tree, record_at, LETHE_RECORD_NAME_STAGE_BYTES, stage, bytes) != 0) {
		return LETHE_E_TREE_BROKEN;
	}
	return LETHE_OK;
}

int lethe_record_patch_stage(void *tree, unsigned int stage, uint64_t ticks, uint64_t bytes)
{
	const struct lethe_fdt sound = {tree};

	return lethe_record_patch_in(tree, lethe_fdt_child(sound, find_chosen(tree), "lethe", 5),
				     stage, ticks, bytes);
}
