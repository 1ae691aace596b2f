/* SPDX-License-Identifier: BSD-2-Clause */
/* A bundle of a kernel, and what else the input chooses: see boot_input.h. */

#include "boot_plan.h"

#include <string.h>

#include <lethe/place.h>

#include "boot_world.h"
#include "plan/plan_check.h"

static struct {
	struct lethe_plan header;
	uint8_t rest[0x1000];
} plan_bytes __attribute__((aligned(8)));

static struct lethe_segment *add_segment(struct lethe_plan *plan, const char *name, uint32_t flags,
					 uint64_t source, uint64_t size)
{
	struct lethe_segment *segment =
		(struct lethe_segment *)lethe_plan_segments(plan) + plan->segment_count;

	memcpy(segment->name, name, strlen(name));
	segment->flags = flags;
	segment->source = source;
	segment->file_size = size;
	segment->mem_size = size;
	plan->segment_count++;
	return segment;
}

static void add_segments(struct lethe_plan *plan, struct lethe_slot *slot,
			 const struct boot_input *input)
{
	const bool is_library = (input->flags & BOOT_LIBRARY) != 0;
	const uint32_t offset = is_library ? 0 : LETHE_SEGMENT_SOURCE_OFFSET;
	const uint32_t in_place = offset | LETHE_SEGMENT_IN_PLACE;
	const uint64_t base = is_library ? input->extent : 0;
	uint32_t i;

	add_segment(plan, "kernel", in_place, base + BOOT_KERNEL, 0x180000)->mem_size = 0x1c0000;
	slot->entry_segment = 0;
	if ((input->flags & BOOT_PACKED) != 0) {
		slot->tree_segment = plan->segment_count;
		slot->flags |= (input->flags & BOOT_FORCE_PACKED) != 0 ? LETHE_SLOT_FORCE_TREE : 0;
		add_segment(plan, "dtb", in_place, base + BOOT_DTB, input->tree_size);
	}
	if ((input->flags & BOOT_INITRD) != 0) {
		slot->initrd_segment = plan->segment_count;
		add_segment(plan, "initrd", in_place, base + BOOT_INITRD_AT, 0x12345);
	}
	for (i = 0; i < input->raw_count && i < BOOT_RAW; i++) {
		struct lethe_segment *segment =
			add_segment(plan, "raw", offset, base + BOOT_RAW_AT + i * 0x4000,
				    1 + (input->raw[i].size - 1) % 0x4000);

		segment->dest = input->raw[i].base;
		segment->flags |= (input->reserve >> i & 1) != 0 ? LETHE_SEGMENT_RESERVE : 0;
	}
	slot->segment_count = plan->segment_count;
}

static void make_plan(const struct boot_input *input)
{
	static const char cmdline[] = "console=ttyAMA0 earlycon";
	struct lethe_plan *plan = &plan_bytes.header;
	struct lethe_slot *slot = (struct lethe_slot *)lethe_plan_slots(plan);
	struct lethe_window *windows;
	const bool is_library = (input->flags & BOOT_LIBRARY) != 0;

	memset(&plan_bytes, 0, sizeof(plan_bytes));
	plan->magic = LETHE_PLAN_MAGIC;
	plan->version = LETHE_PLAN_VERSION;
	plan->on_fail = LETHE_ON_FAIL_HALT;
	plan->slot_count = 1;
	plan->workspace_size = WORLD_BLOB;
	plan->workspace_base = is_library ? input->extent : 0;
	plan->flags = is_library ? 0 : LETHE_PLAN_WORKSPACE_OFFSET;
	plan->extent_size = is_library ? 0 : BOOT_EXTENT;
	plan->console_kind =
		(input->flags & BOOT_AUTO) != 0 ? LETHE_CONSOLE_AUTO : LETHE_CONSOLE_STDOUT;
	if ((input->flags & BOOT_FIXED_UART) != 0) {
		plan->console_kind = LETHE_CONSOLE_PL011;
		plan->console_base = 0x9000000;
	}
	memcpy(slot->name, "main", 4);
	slot->tree_segment = LETHE_INDEX_NONE;
	slot->initrd_segment = LETHE_INDEX_NONE;
	slot->tree_base = input->buffer & ~7ULL;
	slot->tree_size = input->buffer_size & 0xfffff8;
	if ((input->flags & BOOT_TREE_FIXED) == 0 && !is_library) {
		slot->flags |= LETHE_SLOT_TREE_OFFSET;
		slot->tree_base = BOOT_TREE;
	}
	add_segments(plan, slot, input);
	windows = (struct lethe_window *)(lethe_plan_segments(plan) + plan->segment_count);
	for (uint32_t i = 0; i < input->window_count && i < BOOT_WINDOWS; i++) {
		windows[i].base = input->window[i].base;
		windows[i].size = input->window[i].size;
		plan->window_count++;
	}
	memcpy(windows + plan->window_count, cmdline, sizeof(cmdline));
	slot->cmdline_size = (input->flags & BOOT_AUTO) != 0 ? sizeof(cmdline) : 0;
	plan->strings_size = slot->cmdline_size;
	plan->total_size = (uint32_t)lethe_plan_size(1, plan->segment_count, plan->window_count,
						     plan->strings_size);
}

/* All of lethe_plan_check() but the digest, which costs more than the rest of an input. */
static bool is_good_plan(const struct lethe_plan *plan)
{
	return lethe_plan_check_windows(plan, NULL) == LETHE_OK &&
	       lethe_plan_check_segments(plan, NULL) == LETHE_OK &&
	       lethe_plan_check_slots(plan, NULL) == LETHE_OK &&
	       lethe_plan_check_console(plan, NULL) == LETHE_OK;
}

bool boot_plan_enter(const struct boot_input *input, struct lethe_context *ctx)
{
	static const struct lethe_library_args library;
	/* lethe_boot() copies the plan into the workspace. */
	const uint64_t plan = (input->flags & BOOT_LIBRARY) != 0 ? WORLD_BLOB / 2 : BOOT_PLAN;

	memset(ctx, 0, sizeof(*ctx));
	make_plan(input);
	ctx->door = "image";
	ctx->el = 2;
	ctx->image_base = input->extent;
	ctx->image_size = (input->flags & BOOT_LIBRARY) != 0 ? WORLD_BLOB : BOOT_EXTENT;
	ctx->library = (input->flags & BOOT_LIBRARY) != 0 ? &library : NULL;
	ctx->x0 = (input->flags & BOOT_LOADER) != 0 ? input->tree_pa : 0;
	ctx->plan = &plan_bytes.header;
	ctx->segments = lethe_plan_segments(ctx->plan);
	ctx->slot = lethe_plan_slots(ctx->plan);
	ctx->is_checked = true;
	return is_good_plan(ctx->plan) &&
	       lethe_place(ctx->plan, input->extent + plan, 0, input->extent, &ctx->placement,
			   NULL) == LETHE_OK;
}
