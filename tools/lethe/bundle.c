/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lethe/fdt.h>
#include <lethe/sha256.h>

#include "bundle.h"
#include "tool.h"
#include "whole.h"

/* The plan while it is written: its arrays, and the next free place in the file. */
struct building {
	struct bundle *bundle;
	struct lethe_plan *plan;
	struct lethe_slot *slot;
	struct lethe_segment *segment; /* array */
	uint32_t count;
	uint64_t cursor;
};

static int read_blob(struct bundle *bundle)
{
	const uint64_t size = tool_blob_size;

	if (size >= LETHE_BLOB_OFFSET + sizeof(bundle->blob)) {
		memcpy(&bundle->image, tool_blob, sizeof(bundle->image));
		memcpy(&bundle->blob, tool_blob + LETHE_BLOB_OFFSET, sizeof(bundle->blob));
	}
	if (bundle->image.magic != LETHE_IMAGE_MAGIC || bundle->blob.magic != LETHE_BLOB_MAGIC ||
	    bundle->blob.version != LETHE_BLOB_VERSION || bundle->blob.blob_size < size ||
	    bundle->blob.blob_size % TOOL_PAGE != 0 || bundle->blob.plan_offset != 0) {
		return tool_fail(TOOL_UNREADABLE, "the blob in this command", "%s",
				 lethe_status_text(LETHE_E_IMAGE_HEADER));
	}
	return TOOL_OK;
}

/* Appends a segment at a file offset; what moves is told by flags and dest. Returns its index. */
static uint32_t add(struct building *building, const char *name, uint32_t flags, uint64_t offset,
		    const uint8_t *bytes, uint64_t size)
{
	struct lethe_segment *segment = &building->segment[building->count];
	struct bundle_part *part = &building->bundle->part[building->count];
	struct lethe_sha256 sha;

	snprintf(segment->name, sizeof(segment->name), "%s", name);
	segment->flags = flags | LETHE_SEGMENT_SOURCE_OFFSET;
	segment->source = offset;
	segment->file_size = size;
	segment->mem_size = size;
	lethe_sha256_init(&sha);
	lethe_sha256_update(&sha, bytes, size);
	lethe_sha256_final(&sha, segment->digest);
	part->bytes = bytes;
	part->size = size;
	part->offset = offset;
	building->cursor = tool_round_up(offset + size, TOOL_PAGE);
	return building->count++;
}

static int add_raw(struct building *building, const struct options_raw *raw,
		   const struct file *file, unsigned int index)
{
	char name[LETHE_NAME_SIZE];

	if (raw->has_entry && (raw->entry < raw->address || raw->entry % 4 != 0 ||
			       raw->entry - raw->address + 4 > file->size)) {
		return tool_fail(TOOL_USAGE, file->name,
				 "entry 0x%" PRIx64 " is not a multiple of 4 "
				 "inside [0x%" PRIx64 ", 0x%" PRIx64 ")",
				 raw->entry, raw->address, raw->address + file->size);
	}
	snprintf(name, sizeof(name), "raw%u", index);

	/* What is started looks after itself; the rest it may not hand out as free memory. */
	uint32_t i = add(building, name, raw->has_entry ? 0 : LETHE_SEGMENT_RESERVE,
			 building->cursor, file->bytes, file->size);

	building->segment[i].dest = raw->address;
	if (raw->has_entry) {
		building->slot->entry_segment = i;
		building->slot->entry = raw->entry - raw->address;
	}
	return TOOL_OK;
}

/* Returns where the kernel's memory ends. */
static uint64_t add_kernel(struct building *building, const struct kernel *kernel)
{
	uint64_t offset = tool_round_up(building->cursor, TOOL_BLOCK) + kernel->text_offset;
	uint32_t i = add(building, "kernel", LETHE_SEGMENT_IN_PLACE, offset, kernel->bytes,
			 kernel->size);
	struct lethe_segment *segment = &building->segment[i];

	segment->mem_size = kernel->mem_size;
	segment->align = TOOL_BLOCK;
	segment->align_offset = kernel->text_offset;
	building->slot->entry_segment = i;
	return offset + kernel->mem_size;
}

static void fill_plan(struct lethe_plan *plan, const struct options *options, uint64_t blob_size)
{
	plan->magic = LETHE_PLAN_MAGIC;
	plan->version = LETHE_PLAN_VERSION;
	plan->flags = LETHE_PLAN_WORKSPACE_OFFSET |
		      (options->stop_after_check ? LETHE_PLAN_STOP_AFTER_CHECK : 0);
	plan->on_fail = options->on_fail;
	plan->el = options->el;
	plan->hyp_stub = LETHE_HYP_STUB_NONE;
	plan->psci = LETHE_PSCI_TREE;
	plan->mode = LETHE_MODE_BEST;
	plan->console_kind = options->console_kind;
	plan->console_base = options->console_base;
	plan->console_reg_shift = options->console_shift;
	plan->console_reg_width = options->console_width;
	plan->workspace_base = 0;
	plan->workspace_size = blob_size;
}

/*
 * A tree that is forced is known now: the plan then names the UART itself, and the machine has a console even if
 * that tree is damaged on the way.
 */
static void resolve_stdout(struct lethe_plan *plan, const struct file *dtb)
{
	struct lethe_uart uart;

	lethe_tree_stdout(dtb->bytes, &uart);
	if (uart.kind == LETHE_CONSOLE_NONE) {
		return;
	}
	plan->console_kind = uart.kind;
	plan->console_base = uart.base;
	if (uart.kind == LETHE_CONSOLE_NS16550) {
		plan->console_reg_shift = uart.reg_shift;
		plan->console_reg_width = uart.reg_width;
	}
}

static void fill_slot(struct lethe_slot *slot, const struct options *options, char *strings,
		      uint32_t strings_size)
{
	snprintf(slot->name, sizeof(slot->name), "%s", options->kernel ? "kernel" : "raw");
	slot->flags = LETHE_SLOT_TREE_OFFSET | (options->force_dtb ? LETHE_SLOT_FORCE_TREE : 0) |
		      (options->kernel ? 0 : LETHE_SLOT_TREE_OPTIONAL);
	slot->tree_segment = LETHE_INDEX_NONE;
	slot->initrd_segment = LETHE_INDEX_NONE;
	slot->tree_size = LETHE_TREE_MAX;
	slot->cmdline_size = strings_size;
	if (strings_size != 0) {
		memcpy(strings, options->append, strings_size);
	}
}

/* The front of the file: the blob, its two headers completed, sealed. */
static void fill_headers(struct bundle *bundle, const struct kernel *kernel)
{
	bundle->image.text_offset = 0;
	bundle->image.image_size = bundle->plan->extent_size;
	bundle->image.flags &= ~(LETHE_IMAGE_FLAG_PAGE_MASK | LETHE_IMAGE_FLAG_BIG_ENDIAN);
	bundle->image.flags |= LETHE_IMAGE_FLAG_ANYWHERE;
	if (kernel) {
		bundle->image.flags |= kernel->header.flags & LETHE_IMAGE_FLAG_PAGE_MASK;
	}
	bundle->blob.plan_offset = bundle->blob.blob_size;
	bundle->blob.file_size = bundle->file_size;

	bundle->front = tool_alloc(bundle->blob.blob_size);
	memset(bundle->front, 0, bundle->blob.blob_size);
	memcpy(bundle->front, tool_blob, tool_blob_size);
	memcpy(bundle->front, &bundle->image, sizeof(bundle->image));
	memcpy(bundle->front + LETHE_BLOB_OFFSET, &bundle->blob, sizeof(bundle->blob));
	blob_digest(bundle->front, bundle->blob.blob_size, bundle->blob.digest);
	memcpy(bundle->front + LETHE_BLOB_OFFSET, &bundle->blob, sizeof(bundle->blob));
}

int bundle_build(struct bundle *bundle, const struct options *options, const struct kernel *kernel,
		 const struct file *initrd, const struct file *dtb, const struct file *raw)
{
	const uint32_t segments =
		options->raw_count + (kernel != NULL) + (initrd != NULL) + (dtb != NULL);
	const uint32_t strings = options->append ? (uint32_t)strlen(options->append) + 1 : 0;
	const uint64_t plan_size = lethe_plan_size(1, segments, 0, strings);
	struct building building = {.bundle = bundle};

	memset(bundle, 0, sizeof(*bundle));
	if (read_blob(bundle) != TOOL_OK) {
		return TOOL_UNREADABLE;
	}
	bundle->plan = tool_alloc(plan_size);
	memset(bundle->plan, 0, plan_size);
	bundle->plan->total_size = (uint32_t)plan_size;
	bundle->plan->slot_count = 1;
	bundle->plan->segment_count = segments;
	bundle->plan->strings_size = strings;
	building.plan = bundle->plan;
	building.slot = (struct lethe_slot *)(bundle->plan + 1);
	building.segment = (struct lethe_segment *)(building.slot + 1);
	building.cursor = tool_round_up(bundle->blob.blob_size + plan_size, TOOL_PAGE);
	fill_plan(bundle->plan, options, bundle->blob.blob_size);
	if (options->force_dtb && options->console_kind == LETHE_CONSOLE_STDOUT) {
		resolve_stdout(bundle->plan, dtb);
	}
	fill_slot(building.slot, options, (char *)(building.segment + segments), strings);
	building.slot->segment_count = segments;
	if (dtb) {
		building.slot->tree_segment = add(&building, "dtb", LETHE_SEGMENT_IN_PLACE,
						  building.cursor, dtb->bytes, dtb->size);
	}
	if (initrd) {
		/* No RESERVE: the kernel frees an initrd when it is done with it. */
		building.slot->initrd_segment = add(&building, "initrd", LETHE_SEGMENT_IN_PLACE,
						    building.cursor, initrd->bytes, initrd->size);
	}
	for (unsigned int i = 0; i < options->raw_count; i++) {
		int code = add_raw(&building, &options->raw[i], &raw[i], i);

		if (code != TOOL_OK) {
			return code;
		}
	}

	uint64_t memory_end = kernel ? add_kernel(&building, kernel) : building.cursor;
	const struct bundle_part *last = &bundle->part[segments - 1];

	building.slot->tree_base = tool_round_up(memory_end, TOOL_BLOCK);
	bundle->plan->extent_size = building.slot->tree_base + LETHE_TREE_MAX + TOOL_BLOCK;
	bundle->file_size = last->offset + last->size;
	lethe_plan_digest(bundle->plan, bundle->plan->digest);
	fill_headers(bundle, kernel);
	return TOOL_OK;
}

int bundle_write(const struct bundle *bundle, struct output *output)
{
	int code = output_write(output, 0, bundle->front, bundle->blob.blob_size);

	if (code == TOOL_OK) {
		code = output_write(output, bundle->blob.plan_offset, bundle->plan,
				    bundle->plan->total_size);
	}
	for (uint32_t i = 0; i < bundle->plan->segment_count && code == TOOL_OK; i++) {
		code = output_write(output, bundle->part[i].offset, bundle->part[i].bytes,
				    bundle->part[i].size);
	}
	if (code == TOOL_OK) {
		code = output_commit(output);
	}
	return code;
}

void bundle_free(struct bundle *bundle)
{
	free(bundle->front);
	bundle->front = NULL;
	free(bundle->plan);
	bundle->plan = NULL;
}
