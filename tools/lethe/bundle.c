/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lethe/fdt.h>

#include "bundle.h"
#include "chunks.h"
#include "console/uart_drivers.h"
#include "tool.h"

/* A bundle under construction: the plan, the plan's arrays, and the next free place in the file. */
struct building {
	struct bundle *bundle;
	struct lethe_plan *plan;
	struct lethe_slot *slot;       /* array */
	struct lethe_segment *segment; /* array */
	char *strings;
	uint32_t strings_used;
	const struct options *options;
	uint32_t coarser; /* than `--chunks auto` says, so that a plan can have them all */
	uint64_t chunks_used;
	uint32_t count;
	uint64_t cursor;
};

static int read_blob(struct bundle *bundle)
{
	if (!blob_read(bundle->from, &bundle->image, &bundle->blob)) {
		return tool_fail(TOOL_UNREADABLE, "the blob in this command", "%s",
				 lethe_status_text(LETHE_E_IMAGE_HEADER));
	}
	return TOOL_OK;
}

/* Names are unique: but for the first slot's, they end in its number. */
static void set_name(char name[LETHE_NAME_SIZE], const char *plain, unsigned int slot)
{
	char number[16] = "";

	if (slot != 0) {
		snprintf(number, sizeof(number), "-%u", slot);
	}
	snprintf(name, LETHE_NAME_SIZE, "%.8s%.6s", plain, number);
}

/* Gives a segment its place in the file, and moves the cursor behind the segment. */
static void put_at(struct building *building, uint32_t index, uint64_t offset)
{
	const struct lethe_segment *segment = &building->segment[index];

	building->segment[index].source = offset;
	building->bundle->part[index].offset = offset;
	building->cursor = tool_round_up(offset + segment->file_size, TOOL_PAGE);
}

/* Appends a segment. The caller sets dest, if the segment is to move. Returns its index. */
static uint32_t add(struct building *building, unsigned int slot, const char *name, uint32_t flags,
		    const uint8_t *bytes, uint64_t size)
{
	struct lethe_segment *segment = &building->segment[building->count];
	struct bundle_part *part = &building->bundle->part[building->count];

	set_name(segment->name, name, slot);
	segment->flags = flags | LETHE_SEGMENT_SOURCE_OFFSET;
	segment->file_size = size;
	segment->mem_size = size;
	part->bytes = bytes;
	part->size = size;
	building->slot[slot].segment_count++;
	return building->count++;
}

/* As add(), and gives the segment the next place in the file, a multiple of 4 KiB. */
static uint32_t add_here(struct building *building, unsigned int slot, const char *name,
			 uint32_t flags, const struct file *file)
{
	uint32_t i = add(building, slot, name, flags, file->bytes, file->size);

	put_at(building, i, building->cursor);
	return i;
}

/* In the order of the segments; never to a device tree. */
static void give_chunks(struct building *building, uint32_t index)
{
	chunks_give(building->options, &building->segment[index], building->coarser,
		    &building->chunks_used);
}

static int add_raw(struct building *building, unsigned int slot, const struct options_raw *raw,
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

	/* The payload looks after its own memory, and must not hand out the other segments' as free. */
	uint32_t i = add_here(building, slot, name, raw->has_entry ? 0 : LETHE_SEGMENT_RESERVE, file);

	give_chunks(building, i);
	building->segment[i].dest = raw->address;
	if (raw->has_entry) {
		building->slot[slot].entry_segment = i;
		building->slot[slot].entry = raw->entry - raw->address;
	}
	return TOOL_OK;
}

/* put_kernels() places the kernel, after all small segments. */
static void add_kernel(struct building *building, unsigned int slot, const struct kernel *kernel)
{
	uint32_t i = add(building, slot, "kernel", LETHE_SEGMENT_IN_PLACE, kernel->bytes,
			 kernel->size);
	struct lethe_segment *segment = &building->segment[i];

	give_chunks(building, i);
	segment->mem_size = kernel->mem_size;
	segment->align = TOOL_BLOCK;
	segment->align_offset = kernel->text_offset;
	building->slot[slot].entry_segment = i;
}

/*
 * The last slot's kernel comes first in the file: a kernel slides up, over earlier slots, which
 * have failed by then. Returns the end of memory.
 */
static uint64_t put_kernels(struct building *building, const struct bundle_input *input)
{
	uint64_t memory_end = building->cursor;

	for (unsigned int slot = building->plan->slot_count; slot-- > 0;) {
		const struct kernel *kernel = input[slot].kernel;

		if (!kernel) {
			continue;
		}
		put_at(building, building->slot[slot].entry_segment,
		       tool_round_up(building->cursor, TOOL_BLOCK) + kernel->text_offset);
		memory_end = building->segment[building->slot[slot].entry_segment].source +
			     kernel->mem_size;
		building->cursor = tool_round_up(memory_end, TOOL_BLOCK) + TOOL_BLOCK;
	}
	return memory_end;
}

static void fill_plan(struct lethe_plan *plan, const struct options *options, uint64_t blob_size)
{
	plan->magic = LETHE_PLAN_MAGIC;
	plan->version = plan->chunk_count == 0 ? LETHE_PLAN_VERSION : LETHE_PLAN_VERSION_CHUNKS;
	plan->flags = LETHE_PLAN_WORKSPACE_OFFSET |
		      (options->stop_after_check ? LETHE_PLAN_STOP_AFTER_CHECK : 0) | options->efi_flags;
	plan->on_fail = options->on_fail;
	plan->el = options->el;
	plan->hyp_stub = LETHE_HYP_STUB_NONE;
	plan->psci = LETHE_PSCI_TREE;
	plan->mode = LETHE_MODE_BEST;
	plan->cpus = options->cpus;
	plan->console_kind = options->console_kind;
	plan->console_base = options->console_base;
	plan->console_reg_shift = options->console_shift;
	plan->console_reg_width = options->console_width;
	plan->workspace_base = 0;
	plan->workspace_size = blob_size;
}

/*
 * A forced tree is known now. If its stdout-path names a UART, the plan names the same UART: the
 * machine then has a console even if the tree arrives damaged.
 */
static void resolve_stdout(struct lethe_plan *plan, const struct file *dtb)
{
	struct lethe_uart uart;

	lethe_fdt_stdout(dtb->bytes, &uart);
	/* The plan cannot say that a UART is of the SBSA's kind, so the firmware reads the tree. */
	if (uart.kind == LETHE_CONSOLE_NONE || uart.is_sbsa) {
		return;
	}
	plan->console_kind = uart.kind;
	plan->console_base = uart.base;
	if (lethe_uart_registers(uart.kind) == LETHE_UART_SPACED) {
		plan->console_reg_shift = uart.reg_shift;
		plan->console_reg_width = uart.reg_width;
	}
}

static uint32_t text_size(const char *text)
{
	return text ? (uint32_t)strlen(text) + 1 : 0;
}

static void fill_slot(struct building *building, unsigned int index,
		      const struct options_slot *options)
{
	struct lethe_slot *slot = &building->slot[index];

	set_name(slot->name, options->kernel ? "kernel" : "raw", index);
	slot->flags = LETHE_SLOT_TREE_OFFSET | (options->force_dtb ? LETHE_SLOT_FORCE_TREE : 0) |
		      (options->kernel ? 0 : LETHE_SLOT_TREE_OPTIONAL);
	slot->first_segment = building->count;
	slot->tree_segment = LETHE_INDEX_NONE;
	slot->initrd_segment = LETHE_INDEX_NONE;
	slot->tree_size = LETHE_FDT_MAX;
	slot->cmdline_size = text_size(options->append);
	if (slot->cmdline_size != 0) {
		slot->cmdline_offset = building->strings_used;
		memcpy(building->strings + building->strings_used, options->append,
		       slot->cmdline_size);
		building->strings_used += slot->cmdline_size;
	}
}

static int build_slot(struct building *building, unsigned int index, const struct options *options,
		      const struct bundle_input *input)
{
	const struct options_slot *own = &options->slot[index];
	struct lethe_slot *slot = &building->slot[index];

	fill_slot(building, index, own);
	if (input->dtb) {
		slot->tree_segment =
			add_here(building, index, "dtb", LETHE_SEGMENT_IN_PLACE, input->dtb);
	}
	if (input->initrd) {
		/* No RESERVE: the kernel frees an initrd after use. */
		slot->initrd_segment =
			add_here(building, index, "initrd", LETHE_SEGMENT_IN_PLACE, input->initrd);
		give_chunks(building, slot->initrd_segment);
	}
	for (unsigned int i = 0; i < own->raw_count; i++) {
		int code = add_raw(building, index, &options->raw[own->first_raw + i],
				   &input->raw[i], i);

		if (code != TOOL_OK) {
			return code;
		}
	}
	if (input->kernel) {
		add_kernel(building, index, input->kernel);
	}
	return TOOL_OK;
}

/* Allocates an empty plan of the right size, and finds its arrays. */
static int begin_plan(struct building *building, const struct options *options,
		       const struct bundle_input *input)
{
	struct bundle *bundle = building->bundle;
	uint32_t segments = 0;
	uint32_t strings = 0;
	uint32_t chunks;
	uint64_t size;
	int code = chunks_plan(options, input, &building->coarser, &chunks);

	if (code != TOOL_OK) {
		return code;
	}
	for (unsigned int i = 0; i < options->slot_count; i++) {
		segments += options->slot[i].raw_count + (input[i].kernel != NULL) +
			    (input[i].initrd != NULL) + (input[i].dtb != NULL);
		strings += text_size(options->slot[i].append);
	}
	size = lethe_plan_size(options->slot_count, segments, 0, strings) +
	       chunks * (uint64_t)LETHE_DIGEST_SIZE;
	bundle->plan = tool_alloc(size);
	memset(bundle->plan, 0, size);
	bundle->plan->total_size = (uint32_t)size;
	bundle->plan->slot_count = options->slot_count;
	bundle->plan->segment_count = segments;
	bundle->plan->strings_size = strings;
	bundle->plan->chunk_count = chunks;
	building->plan = bundle->plan;
	building->slot = (struct lethe_slot *)(bundle->plan + 1);
	building->segment = (struct lethe_segment *)(building->slot + options->slot_count);
	building->strings =
		(char *)(building->segment + segments) + chunks * (size_t)LETHE_DIGEST_SIZE;
	building->cursor = tool_round_up(bundle->blob.blob_size + size, TOOL_PAGE);
	return TOOL_OK;
}

int bundle_build(struct bundle *bundle, const struct options *options,
		 const struct bundle_input *input)
{
	struct building building = {.bundle = bundle, .options = options};
	uint64_t tree_base;
	int code;

	memset(bundle, 0, sizeof(*bundle));
	/* At EL1 the other CPUs may need what stays at EL2. */
	bundle->from = blob_of(options->cpus != LETHE_CPUS_KEEP || options->el == LETHE_EL_1);
	if (read_blob(bundle) != TOOL_OK) {
		return TOOL_UNREADABLE;
	}
	code = begin_plan(&building, options, input);
	if (code != TOOL_OK) {
		return code;
	}
	fill_plan(bundle->plan, options, bundle->blob.blob_size);
	if (options->slot[0].force_dtb && options->console_kind == LETHE_CONSOLE_STDOUT) {
		resolve_stdout(bundle->plan, input[0].dtb);
	}
	for (unsigned int i = 0; i < options->slot_count; i++) {
		code = build_slot(&building, i, options, &input[i]);
		if (code != TOOL_OK) {
			return code;
		}
	}
	tree_base = tool_round_up(put_kernels(&building, input), TOOL_BLOCK);
	for (unsigned int i = 0; i < options->slot_count; i++) {
		building.slot[i].tree_base = tree_base;
	}
	bundle->plan->extent_size = tree_base + LETHE_FDT_MAX + TOOL_BLOCK;
	for (uint32_t i = 0; i < bundle->plan->segment_count; i++) {
		uint64_t end = bundle->part[i].offset + bundle->part[i].size;

		bundle->file_size = end > bundle->file_size ? end : bundle->file_size;
	}
	if (options->efi) {
		bundle_add_efi(bundle);
	}
	/* Of what bundle_seal() has still to fill in: bundle_check() sees a sound plan. */
	for (uint32_t i = 0; i < bundle->plan->segment_count; i++) {
		if (building.segment[i].chunk_shift != 0) {
			lethe_segment_root(bundle->plan, &building.segment[i],
					   building.segment[i].digest);
		}
	}
	lethe_plan_digest(bundle->plan, bundle->plan->digest);
	bundle_fill_front(bundle, input);
	return TOOL_OK;
}

void bundle_free(struct bundle *bundle)
{
	free(bundle->front);
	bundle->front = NULL;
	free(bundle->plan);
	bundle->plan = NULL;
	free(bundle->efi);
	bundle->efi = NULL;
}
