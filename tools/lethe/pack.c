/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lethe/fdt.h>

#include "bundle.h"
#include "next_steps.h"
#include "paste.h"
#include "tool.h"
#include "tree.h"

/* The fix-up adds bootargs, initrd, seeds, reservations and the record to a packed tree. */
#define TREE_ROOM 0x10000ULL

/* Every input file of one run. The output must overwrite none of files[]. */
struct inputs {
	struct file files[3 * LETHE_SLOT_MAX + OPTIONS_RAW_MAX];
	unsigned int count;
	struct kernel kernel[LETHE_SLOT_MAX];
	struct bundle_input slot[LETHE_SLOT_MAX];
};

static int read_input(struct inputs *inputs, const char *name, struct file **file)
{
	struct file *next = &inputs->files[inputs->count];
	int code = file_read(name, next);

	if (code != TOOL_OK) {
		return code;
	}
	inputs->count++;
	*file = next;
	if (next->size == 0) {
		return tool_fail(TOOL_UNREADABLE, name, "is empty");
	}
	return TOOL_OK;
}

static int read_kernel(struct inputs *inputs, const char *name, struct kernel *kernel)
{
	char reason[2 * TOOL_REASON_SIZE];
	char raw[TOOL_REASON_SIZE];
	struct file *file;
	int code = read_input(inputs, name, &file);

	if (code != TOOL_OK) {
		return code;
	}
	if (!kernel_parse(file->bytes, file->size, name, KERNEL_SIZE_MAX, kernel, reason,
			  sizeof(reason))) {
		size_t used = strlen(reason);

		if (kernel->is_unknown) {
			paste_text(raw, sizeof(raw), name);
			snprintf(reason + used, sizeof(reason) - used,
				 "; a raw binary is packed with: --raw %s@ADDR,entry=ADDR", raw);
		}
		return tool_fail(TOOL_UNREADABLE, name, "%s", reason);
	}
	if (!kernel->has_end && kernel->header.image_size > kernel->size + TOOL_MIB &&
	    kernel->size < kernel->header.image_size / 4 * 3) {
		tool_warn(name,
			  "%" PRIu64 " bytes are far less than its image_size, %" PRIu64
			  ": this Image may be truncated",
			  kernel->size, kernel->header.image_size);
	}
	if (!kernel->has_image_size) {
		tool_warn(name,
			  "image_size is 0, as before Linux 3.17: its bss is taken to be 16 MiB "
			  "at most, its text_offset 0x80000");
	} else if ((kernel->header.flags & LETHE_IMAGE_FLAG_ANYWHERE) == 0) {
		tool_warn(name,
			  "this kernel wants to be near the base of RAM (flags bit 3 is clear): "
			  "memory below it may be lost, load the bundle low");
	}
	if (kernel->has_image_size && kernel->header.text_offset != kernel->text_offset) {
		tool_warn(name,
			  "text_offset 0x%" PRIx64 " is counted from a 2 MiB boundary: 0x%" PRIx64
			  " is kept of it",
			  kernel->header.text_offset, kernel->text_offset);
	}
	return TOOL_OK;
}

static int read_dtb(struct inputs *inputs, const char *name, struct file **dtb)
{
	char reason[TOOL_REASON_SIZE];
	uint32_t total_size;
	int code = read_input(inputs, name, dtb);

	if (code != TOOL_OK) {
		return code;
	}
	if (!tree_check((*dtb)->bytes, (*dtb)->size, &total_size, reason, sizeof(reason))) {
		return tool_fail(TOOL_UNREADABLE, name, "%s", reason);
	}
	if (!tree_is_machine((*dtb)->bytes, name, reason, sizeof(reason))) {
		return tool_fail(TOOL_UNREADABLE, name, "%s", reason);
	}
	if (total_size > LETHE_FDT_MAX - TREE_ROOM) {
		return tool_fail(TOOL_UNREADABLE, name,
				 "device tree takes %" PRIu32 " bytes; at most "
				 "%llu leave room to complete it",
				 total_size, LETHE_FDT_MAX - TREE_ROOM);
	}
	/* Bytes behind the tree in the file are not part of the tree. */
	(*dtb)->size = total_size;
	return TOOL_OK;
}

static int read_initrd(struct inputs *inputs, const char *name, struct file **initrd)
{
	char reason[TOOL_REASON_SIZE];
	int code = read_input(inputs, name, initrd);

	if (code == TOOL_OK && format_initrd_refusal((*initrd)->bytes, (*initrd)->size, name, reason,
						     sizeof(reason))) {
		return tool_fail(TOOL_UNREADABLE, name, "%s", reason);
	}
	return code;
}

static int read_slot(struct inputs *inputs, const struct options *options, unsigned int index)
{
	const struct options_slot *slot = &options->slot[index];
	struct bundle_input *input = &inputs->slot[index];
	char reason[TOOL_REASON_SIZE];
	struct file *file = NULL;
	int code = TOOL_OK;

	if (slot->kernel) {
		code = read_kernel(inputs, slot->kernel, &inputs->kernel[index]);
		input->kernel = &inputs->kernel[index];
	}
	if (code == TOOL_OK && slot->initrd) {
		code = read_initrd(inputs, slot->initrd, &file);
		input->initrd = file;
	}
	if (code == TOOL_OK && slot->dtb) {
		code = read_dtb(inputs, slot->dtb, &file);
		input->dtb = file;
		if (code == TOOL_OK && options->console_base == 0 &&
		    options->console_kind != LETHE_CONSOLE_NONE &&
		    tree_is_silent(file->bytes, reason, sizeof(reason))) {
			tool_warn(slot->dtb, "%s", reason);
		}
	}
	input->raw = &inputs->files[inputs->count];
	for (unsigned int i = 0; code == TOOL_OK && i < slot->raw_count; i++) {
		code = read_input(inputs, options->raw[slot->first_raw + i].file, &file);
	}
	return code;
}

static int read_inputs(struct inputs *inputs, const struct options *options)
{
	int code = TOOL_OK;

	for (unsigned int i = 0; code == TOOL_OK && i < options->slot_count; i++) {
		code = read_slot(inputs, options, i);
	}
	return code;
}

static void print_slot(const struct lethe_plan *plan, unsigned int index,
		       const struct kernel *kernel, const char *append)
{
	const struct lethe_slot *slot = &lethe_plan_slots(plan)[index];
	const struct lethe_segment *segment = lethe_plan_segments(plan);
	char text[32];

	if (index != 0) {
		printf("fallback %u:\n", index);
	}
	for (uint32_t i = slot->first_segment; i < slot->first_segment + slot->segment_count; i++) {
		printf("%s%s %s", i == slot->first_segment ? "  " : ", ", segment[i].name,
		       tool_size_text(text, segment[i].file_size));
		if (kernel && i == slot->entry_segment && kernel->packing[0]) {
			printf(" (unpacked: %s)", kernel->packing);
		}
		if ((segment[i].flags & LETHE_SEGMENT_IN_PLACE) == 0) {
			printf(" at 0x%" PRIx64, segment[i].dest);
		}
	}
	if (kernel && (kernel->header.flags & LETHE_IMAGE_FLAG_BIG_ENDIAN) != 0) {
		printf("\n  big-endian kernel: entered little-endian, it switches itself");
	}
	printf("\n  command line: %s\n", append ? append : "the loader's");
}

/* Of QEMU's virt machine, which loads an Image 2 MiB above the base of RAM and the tree behind the
 * Image. */
static uint64_t ram_needed(const struct lethe_plan *plan)
{
	static const uint64_t base = TOOL_GIB;
	static const uint64_t limit = 255 * TOOL_GIB;
	const struct lethe_segment *segment = lethe_plan_segments(plan);
	uint64_t end = plan->extent_size + TOOL_BLOCK;

	for (uint32_t i = 0; i < plan->segment_count; i++) {
		uint64_t segment_end = segment[i].dest - base + segment[i].mem_size;

		if (segment[i].dest >= base && segment_end <= limit && segment_end > end) {
			end = segment_end;
		}
	}
	return end + 32 * TOOL_BLOCK;
}

static void print_summary(const struct bundle *bundle, const struct options *options,
			  const struct bundle_input *input)
{
	const struct lethe_plan *plan = bundle->plan;
	char text[2][32];

	tool_put(stdout, options->output);
	printf(": %s, image_size 0x%" PRIx64 " (%s)\n",
	       tool_size_text(text[0], bundle->file_size), plan->extent_size,
	       tool_size_text(text[1], plan->extent_size));
	for (unsigned int i = 0; i < options->slot_count; i++) {
		print_slot(plan, i, input[i].kernel, options->slot[i].append);
	}
	next_steps_print(options->output, ram_needed(plan));
}

static int pack(const struct options *options, struct inputs *inputs, struct bundle *bundle)
{
	struct output output = {.fd = -1};
	int code = read_inputs(inputs, options);

	if (code == TOOL_OK) {
		code = bundle_build(bundle, options, inputs->slot);
	}
	if (code == TOOL_OK) {
		code = bundle_check(bundle);
	}
	if (code == TOOL_OK) {
		code = output_open(&output, options->output, inputs->files, inputs->count);
	}
	if (code == TOOL_OK) {
		bundle_seal(bundle);
		code = bundle_write(bundle, &output);
	}
	for (unsigned int i = 0; code == TOOL_OK && i < inputs->count; i++) {
		code = file_check_unchanged(&inputs->files[i]);
	}
	if (code == TOOL_OK) {
		code = output_commit(&output);
	}
	output_abandon(&output);
	if (code == TOOL_OK) {
		print_summary(bundle, options, inputs->slot);
	}
	return code;
}

int tool_pack(int argc, char **argv)
{
	struct options options;
	struct inputs inputs;
	struct bundle bundle;

	memset(&inputs, 0, sizeof(inputs));
	memset(&bundle, 0, sizeof(bundle));

	int code = options_parse(argc, argv, &options);

	if (code == TOOL_OK) {
		code = pack(&options, &inputs, &bundle);
	}
	bundle_free(&bundle);
	for (unsigned int i = 0; i < LETHE_SLOT_MAX; i++) {
		kernel_free(&inputs.kernel[i]);
	}
	for (unsigned int i = 0; i < inputs.count; i++) {
		file_free(&inputs.files[i]);
	}
	options_free(&options);
	return code;
}
