/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan_builder.h"

#include <string.h>

#include <lethe/sha256.h>

static void set_name(char name[LETHE_NAME_SIZE], const char *text)
{
	memset(name, 0, LETHE_NAME_SIZE);
	memcpy(name, text, strlen(text));
}

static void init_slot(struct lethe_slot *slot, const char *name)
{
	set_name(slot->name, name);
	slot->entry_segment = LETHE_INDEX_NONE;
	slot->tree_segment = LETHE_INDEX_NONE;
	slot->initrd_segment = LETHE_INDEX_NONE;
}

void plan_builder_init(struct plan_builder *builder)
{
	memset(builder, 0, sizeof(*builder));
	builder->header.magic = LETHE_PLAN_MAGIC;
	builder->header.version = LETHE_PLAN_VERSION;
	builder->header.on_fail = LETHE_ON_FAIL_HALT;
	builder->header.slot_count = 1;
	builder->header.segment_count = 1;
	builder->header.workspace_size = EXAMPLE_WORKSPACE;
	init_slot(&builder->slots[0], "main");
	builder->slots[0].segment_count = 1;
	set_name(builder->segments[0].name, "kernel");
}

static void add_segment(struct plan_builder *builder, unsigned int index, const char *name,
			uint32_t flags, uint64_t source, uint64_t file_size, uint64_t mem_size)
{
	struct lethe_segment *segment = &builder->segments[index];

	memset(segment, 0, sizeof(*segment));
	set_name(segment->name, name);
	segment->flags = flags;
	segment->source = source;
	segment->file_size = file_size;
	segment->mem_size = mem_size;
	memset(segment->digest, (int)(index + 1), sizeof(segment->digest));
}

void plan_builder_example(struct plan_builder *builder)
{
	static const char strings[] = "console=ttyAMA0\troot=/dev/vda\0single";
	const uint32_t packed = LETHE_SEGMENT_SOURCE_OFFSET | LETHE_SEGMENT_IN_PLACE;
	struct lethe_plan *header = &builder->header;
	struct lethe_slot *slot = builder->slots;

	plan_builder_init(builder);
	header->flags = LETHE_PLAN_WORKSPACE_OFFSET;
	header->slot_count = 2;
	header->segment_count = 4;
	header->window_count = 2;
	header->strings_size = sizeof(strings);
	header->on_fail = LETHE_ON_FAIL_FALLBACK;
	header->console_kind = LETHE_CONSOLE_NS16550;
	header->console_reg_shift = 2;
	header->console_reg_width = 4;
	header->console_base = 0x9000000;
	header->extent_size = EXAMPLE_EXTENT;
	header->workspace_size = EXAMPLE_WORKSPACE;
	memcpy(builder->strings, strings, sizeof(strings));

	slot[0].segment_count = 3;
	slot[0].entry_segment = 2;
	slot[0].entry = 0x40;
	slot[0].cmdline_size = (uint32_t)strlen(strings) + 1;
	slot[0].tree_segment = 0;
	slot[0].initrd_segment = 1;
	slot[0].flags = LETHE_SLOT_FORCE_TREE | LETHE_SLOT_TREE_OFFSET;
	slot[0].tree_base = EXAMPLE_TREE_SLOT;
	slot[0].tree_size = LETHE_FDT_MAX;

	init_slot(&slot[1], "rescue");
	slot[1].first_segment = 3;
	slot[1].segment_count = 1;
	slot[1].entry_segment = 3;
	slot[1].entry = 0;
	slot[1].cmdline_offset = slot[0].cmdline_size;
	slot[1].cmdline_size = (uint32_t)sizeof(strings) - slot[0].cmdline_size;
	slot[1].flags = LETHE_SLOT_TREE_OPTIONAL;
	slot[1].tree_base = EXAMPLE_RAW_DEST + 0x10000;
	slot[1].tree_size = 0x10000;

	add_segment(builder, 0, "dtb", packed, EXAMPLE_TREE, 0x1234, 0x1234);
	add_segment(builder, 1, "initrd", packed, EXAMPLE_INITRD, 0x12345, 0x12345);
	add_segment(builder, 2, "kernel", packed, EXAMPLE_KERNEL, 0x180000, 0x1c0000);
	builder->segments[2].align = 0x200000;
	add_segment(builder, 3, "raw", LETHE_SEGMENT_SOURCE_OFFSET | LETHE_SEGMENT_RESERVE,
		    EXAMPLE_RAW, 0x2003, 0x3001);
	builder->segments[3].dest = EXAMPLE_RAW_DEST;

	builder->windows[0].base = 0x80000000;
	builder->windows[0].size = 0x8000000;
	builder->windows[1].base = 0x90000000;
	builder->windows[1].size = 0x10000000;
}

uint32_t plan_builder_seal(const struct plan_builder *builder, struct plan_image *image)
{
	const struct lethe_plan *header = &builder->header;
	struct lethe_plan *plan = plan_of(image);
	uint8_t *cursor = (uint8_t *)(plan + 1);
	size_t strings = (header->strings_size + 7) & ~(size_t)7;

	memset(image, 0, sizeof(*image));
	*plan = *header;
	memcpy(cursor, builder->slots, header->slot_count * sizeof(builder->slots[0]));
	cursor += header->slot_count * sizeof(builder->slots[0]);
	memcpy(cursor, builder->segments, header->segment_count * sizeof(builder->segments[0]));
	cursor += header->segment_count * sizeof(builder->segments[0]);
	memcpy(cursor, builder->windows, header->window_count * sizeof(builder->windows[0]));
	cursor += header->window_count * sizeof(builder->windows[0]);
	memcpy(cursor, builder->strings, strings);
	cursor += strings;
	plan->total_size = (uint32_t)(cursor - (uint8_t *)plan);
	plan_reseal(image);
	return plan->total_size;
}

void plan_reseal(struct plan_image *image)
{
	struct lethe_plan *plan = plan_of(image);
	struct lethe_sha256 sha;

	/* After the words of docs/spec/plan.md, not by lethe_plan_digest(), which is under test. */
	memset(plan->digest, 0, sizeof(plan->digest));
	lethe_sha256_init(&sha);
	lethe_sha256_update(&sha, plan, plan->total_size);
	lethe_sha256_final(&sha, plan->digest);
}
