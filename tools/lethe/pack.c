/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lethe/fdt.h>

#include "bundle.h"
#include "tool.h"
#include "tree.h"

/* The fix-up adds bootargs, initrd, seeds, reservations and the record to a packed tree. */
#define TREE_ROOM 0x10000ULL

/* Every input file of one run; files[] is what the output must not overwrite. */
struct inputs {
	struct file files[3 + OPTIONS_RAW_MAX];
	unsigned int count;
	struct kernel kernel;
	struct file *initrd;
	struct file *dtb;
	struct file *raw;
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

static int read_kernel(struct inputs *inputs, const char *name)
{
	char reason[TOOL_REASON_SIZE];
	struct file *file;
	int code = read_input(inputs, name, &file);

	if (code != TOOL_OK) {
		return code;
	}
	if (!kernel_parse(file->bytes, file->size, name, KERNEL_SIZE_MAX, &inputs->kernel, reason,
			  sizeof(reason))) {
		return tool_fail(TOOL_UNREADABLE, name, "%s", reason);
	}

	const struct kernel *kernel = &inputs->kernel;

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

static int read_dtb(struct inputs *inputs, const char *name)
{
	char reason[TOOL_REASON_SIZE];
	uint32_t total_size;
	int code = read_input(inputs, name, &inputs->dtb);

	if (code != TOOL_OK) {
		return code;
	}
	if (!tree_check(inputs->dtb->bytes, inputs->dtb->size, &total_size, reason,
			sizeof(reason))) {
		return tool_fail(TOOL_UNREADABLE, name, "%s", reason);
	}
	if (total_size > LETHE_TREE_MAX - TREE_ROOM) {
		return tool_fail(TOOL_UNREADABLE, name,
				 "device tree takes %" PRIu32 " bytes; at most "
				 "%llu leave room to complete it",
				 total_size, LETHE_TREE_MAX - TREE_ROOM);
	}
	/* What follows the tree in the file is not part of it. */
	inputs->dtb->size = total_size;
	return TOOL_OK;
}

static int read_inputs(struct inputs *inputs, const struct options *options)
{
	int code = TOOL_OK;

	if (options->kernel) {
		code = read_kernel(inputs, options->kernel);
	}
	if (code == TOOL_OK && options->initrd) {
		code = read_input(inputs, options->initrd, &inputs->initrd);
	}
	if (code == TOOL_OK && options->dtb) {
		code = read_dtb(inputs, options->dtb);
	}
	inputs->raw = &inputs->files[inputs->count];
	for (unsigned int i = 0; code == TOOL_OK && i < options->raw_count; i++) {
		struct file *file;

		code = read_input(inputs, options->raw[i].file, &file);
	}
	return code;
}

static void print_summary(const struct bundle *bundle, const struct options *options,
			  const struct kernel *kernel)
{
	const struct lethe_plan *plan = bundle->plan;
	const struct lethe_segment *segment = lethe_plan_segments(plan);
	char text[2][32];

	printf("%s: %s, image_size 0x%" PRIx64 " (%s)\n", options->output,
	       tool_size_text(text[0], bundle->file_size), plan->extent_size,
	       tool_size_text(text[1], plan->extent_size));
	for (uint32_t i = 0; i < plan->segment_count; i++) {
		printf("%s%s %s", i == 0 ? "  " : ", ", segment[i].name,
		       tool_size_text(text[0], segment[i].file_size));
		if (strcmp(segment[i].name, "kernel") == 0 && kernel && kernel->packing[0]) {
			printf(" (unpacked: %s)", kernel->packing);
		}
		if ((segment[i].flags & LETHE_SEGMENT_IN_PLACE) == 0) {
			printf(" at 0x%" PRIx64, segment[i].dest);
		}
	}
	if (kernel && (kernel->header.flags & LETHE_IMAGE_FLAG_BIG_ENDIAN) != 0) {
		printf("\n  big-endian kernel: entered little-endian, it switches itself");
	}
	printf("\n  command line: %s\n", options->append ? options->append : "the loader's");
	printf("look at it:  lethe inspect %s\n", options->output);
	printf("try it:      qemu-system-aarch64 -M virt,virtualization=on -cpu cortex-a72 -m 1G "
	       "-nographic -nic none -kernel %s\n",
	       options->output);
}

static int pack(const struct options *options, struct inputs *inputs, struct bundle *bundle)
{
	const struct kernel *kernel = options->kernel ? &inputs->kernel : NULL;
	struct output output = {.fd = -1};
	int code = read_inputs(inputs, options);

	if (code == TOOL_OK) {
		code = bundle_build(bundle, options, kernel, inputs->initrd, inputs->dtb,
				    inputs->raw);
	}
	if (code == TOOL_OK) {
		code = bundle_check(bundle);
	}
	if (code == TOOL_OK) {
		code = output_open(&output, options->output, inputs->files, inputs->count);
	}
	if (code == TOOL_OK) {
		code = bundle_write(bundle, &output);
	}
	output_abandon(&output);
	if (code == TOOL_OK) {
		print_summary(bundle, options, kernel);
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
	kernel_free(&inputs.kernel);
	for (unsigned int i = 0; i < inputs.count; i++) {
		file_free(&inputs.files[i]);
	}
	options_free(&options);
	return code;
}
