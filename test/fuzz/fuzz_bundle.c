/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Damaged bundles through "lethe inspect" and "lethe verify", damaged kernels through "lethe pack".
 * The input is a list of edits to a good file; random bytes alone never get past a magic number.
 * Byte 0: bit 0 takes the rest as a file as it is, bit 1 seals the plan again after the edits, bits
 * 2 and 3 choose a bundle or a kernel.
 *
 * Beyond crashes and hangs: an edit of the plan (not sealed again) or of a segment must never pass,
 * and what is taken for a kernel must have sane sizes. The blob is its own, not lethe.img.
 */

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>
#include <zstd.h>

#include "bundle.h"
#include "kernel.h"
#include "tool.h"
#include "view.h"

#define BLOB_SIZE	0x1000U
#define FILE_MAX	0x10000U
#define IMAGE_SIZE	0x1800U
#define ZBOOT_OFFSET	0x80U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In place of blob.S: headers, and zeros up to BLOB_SIZE. */
__asm__(".section .rodata.fuzz_blob, \"a\"\n"
	".balign 16\n"
	".global tool_blob, tool_blob_end\n"
	"tool_blob:\n"
	".byte 0x4d, 0x5a, 0, 0x91\n"
	".fill 52\n"
	".ascii \"ARM\\x64\"\n"
	".fill 4\n"
	".ascii \"LETHEBLB\"\n"
	".byte 1, 0, 0, 0, 0, 0, 0, 0\n"
	".byte 0, 0x10, 0, 0, 0, 0, 0, 0\n"
	".fill 0x1000 - 88\n"
	"tool_blob_end:\n"
	".byte 0\n"
	".text\n");

struct sample {
	uint8_t bytes[FILE_MAX];
	uint64_t size;
};

enum { SAMPLE_BUNDLE, SAMPLE_GZIP, SAMPLE_ZSTD, SAMPLE_ZBOOT, SAMPLE_COUNT };

static struct sample samples[SAMPLE_COUNT];
static struct lethe_segment segments[3];	/* of the good bundle */
static struct lethe_plan plan;

static void must(int condition)
{
	if (!condition) {
		abort();
	}
}

static void put(struct sample *sample, uint64_t offset, const void *bytes, uint64_t size)
{
	must(offset <= FILE_MAX && size <= FILE_MAX - offset);
	memcpy(sample->bytes + offset, bytes, size);
	sample->size = offset + size > sample->size ? offset + size : sample->size;
}

static void make_bundle(struct sample *sample)
{
	static uint8_t content[3][0x800];
	struct file file[3] = { { .bytes = content[0], .size = 0x123 },
				{ .bytes = content[1], .size = 0x800 },
				{ .bytes = content[2], .size = 0x5 } };
	struct options options = { .append = "quiet", .on_fail = LETHE_ON_FAIL_HALT,
				   .console_kind = LETHE_CONSOLE_STDOUT, .raw_count = 1 };
	struct bundle bundle;

	for (unsigned int i = 0; i < sizeof(content); i++) {
		content[i / 0x800][i % 0x800] = (uint8_t)(i * 7 >> 2);
	}
	options.raw[0].address = 0x48000000;
	options.raw[0].has_entry = 1;
	options.raw[0].entry = 0x48000000;
	must(bundle_build(&bundle, &options, NULL, &file[0], &file[2], &file[1]) == TOOL_OK);
	put(sample, 0, tool_blob, BLOB_SIZE);
	put(sample, 0, &bundle.image, sizeof(bundle.image));
	put(sample, LETHE_BLOB_OFFSET, &bundle.blob, sizeof(bundle.blob));
	put(sample, bundle.blob.plan_offset, bundle.plan, bundle.plan->total_size);
	for (unsigned int i = 0; i < 3; i++) {
		put(sample, bundle.part[i].offset, bundle.part[i].bytes, bundle.part[i].size);
	}
	must(sample->size == bundle.file_size);
	plan = *bundle.plan;
	memcpy(segments, lethe_plan_segments(bundle.plan), sizeof(segments));
	bundle_free(&bundle);
}

static void make_kernels(void)
{
	static uint8_t image[IMAGE_SIZE];
	struct lethe_image_header header = { .image_size = 0x8000, .magic = LETHE_IMAGE_MAGIC };
	const uint32_t offset = ZBOOT_OFFSET;
	z_stream z;

	memcpy(image, &header, sizeof(header));
	for (unsigned int i = sizeof(header); i < sizeof(image); i++) {
		image[i] = (uint8_t)(i * i >> 5);
	}
	memset(&z, 0, sizeof(z));
	must(deflateInit2(&z, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
	z.next_in = image;
	z.avail_in = sizeof(image);
	z.next_out = samples[SAMPLE_GZIP].bytes;
	z.avail_out = FILE_MAX;
	must(deflate(&z, Z_FINISH) == Z_STREAM_END);
	samples[SAMPLE_GZIP].size = z.total_out;
	deflateEnd(&z);

	struct sample *zstd = &samples[SAMPLE_ZSTD];

	zstd->size = ZSTD_compress(zstd->bytes, FILE_MAX, image, sizeof(image), 1);
	must(!ZSTD_isError(zstd->size));

	const uint32_t length = (uint32_t)zstd->size;
	const uint32_t unpacked = sizeof(image);
	struct sample *zboot = &samples[SAMPLE_ZBOOT];

	put(zboot, 0, "MZ\0\0zimg", 8);
	put(zboot, 8, &offset, sizeof(offset));
	put(zboot, 12, &length, sizeof(length));
	put(zboot, 24, "zstd22", 6);
	put(zboot, ZBOOT_OFFSET, zstd->bytes, zstd->size);
	put(zboot, ZBOOT_OFFSET + zstd->size, &unpacked, sizeof(unpacked));
}

/* Printing is part of what is tested, but not of what the driver prints. */
static void print_aside(const struct view *view)
{
	static int nowhere = -1;
	int out;

	if (nowhere < 0) {
		nowhere = open("/dev/null", O_WRONLY);
	}
	fflush(stdout);
	out = dup(STDOUT_FILENO);
	must(nowhere >= 0 && out >= 0 && dup2(nowhere, STDOUT_FILENO) >= 0);
	json_print(view, "file");
	if (view->placed) {
		map_print(view);
	}
	fflush(stdout);
	must(dup2(out, STDOUT_FILENO) >= 0);
	close(out);
}

static void seal(uint8_t *bytes, uint64_t size)
{
	struct lethe_plan *copy;
	uint32_t total;

	if (size < BLOB_SIZE + sizeof(plan)) {
		return;
	}
	memcpy(&total, bytes + BLOB_SIZE + offsetof(struct lethe_plan, total_size), sizeof(total));
	if (total < sizeof(plan) || total > size - BLOB_SIZE) {
		return;
	}
	copy = malloc(total);
	must(copy != NULL);
	memcpy(copy, bytes + BLOB_SIZE, total);
	lethe_plan_digest(copy, bytes + BLOB_SIZE + offsetof(struct lethe_plan, digest));
	free(copy);
}

/* Does it differ from the good bundle where a digest says so? */
static int is_damaged(const uint8_t *bytes, uint64_t size, int sealed)
{
	const uint8_t *good = samples[SAMPLE_BUNDLE].bytes;

	if (size != samples[SAMPLE_BUNDLE].size) {
		return 0;
	}
	if (sealed) {
		return 0;
	}
	if (memcmp(bytes + BLOB_SIZE, good + BLOB_SIZE, plan.total_size) != 0) {
		return 1;
	}
	for (unsigned int i = 0; i < 3; i++) {
		if (memcmp(bytes + segments[i].source, good + segments[i].source,
			   segments[i].file_size) != 0) {
			return 1;
		}
	}
	return 0;
}

static void try_bundle(uint8_t *bytes, uint64_t size, int sealed)
{
	struct view *view = malloc(sizeof(*view));
	int code;

	must(view != NULL);
	if (sealed) {
		seal(bytes, size);
	}
	view_open(view, bytes, size);
	view_digest(view);
	code = view_code(view);
	must(code == TOOL_OK || code == TOOL_CONTENT || code == TOOL_UNREADABLE);
	must((code == TOOL_OK) == (view->problem_count == 0));
	must(code != TOOL_OK || (view->placed && !is_damaged(bytes, size, sealed)));
	for (uint32_t i = 0; code == TOOL_OK && i < view->plan->segment_count; i++) {
		must(view->verdict[i] == VIEW_OK ||
		     !view_is_inside(&lethe_plan_segments(view->plan)[i]));
	}
	print_aside(view);
	view_close(view);
	free(view);
}

static void try_kernel(const uint8_t *bytes, uint64_t size)
{
	struct kernel kernel;
	char reason[TOOL_REASON_SIZE] = "";

	if (kernel_parse(bytes, size, "file", TOOL_MIB, &kernel, reason, sizeof(reason))) {
		must(kernel.size >= sizeof(struct lethe_image_header));
		must(kernel.size <= size || (kernel.unpacked && kernel.size <= TOOL_MIB));
		must(kernel.mem_size >= kernel.size && kernel.mem_size <= 2 * KERNEL_SIZE_MAX);
		must(kernel.text_offset < TOOL_BLOCK);
		must(kernel.header.magic == LETHE_IMAGE_MAGIC);
	} else {
		must(reason[0] != 0);
	}
	kernel_free(&kernel);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct sample *sample;
	uint64_t length;
	uint8_t *bytes;

	if (size < 1 || size > FILE_MAX) {
		return 0;
	}
	if (samples[SAMPLE_BUNDLE].size == 0) {
		make_kernels();
		make_bundle(&samples[SAMPLE_BUNDLE]);
	}
	sample = &samples[data[0] >> 2 & 3];
	length = (data[0] & 1) != 0 ? size - 1 : sample->size;
	/* Its exact size, so that a read beyond its end is seen; malloc() aligns as file.c does. */
	bytes = malloc(length != 0 ? length : 1);
	must(bytes != NULL);
	if ((data[0] & 1) != 0) {
		memcpy(bytes, data + 1, length);
	} else {
		memcpy(bytes, sample->bytes, length);
		for (size_t i = 1; i + 3 <= size && i < 49; i += 3) {
			/* The front of a file is where decisions are made: half of the edits. */
			uint32_t at = (uint32_t)(data[i] << 8 | data[i + 1]);

			at = (at & 1) != 0 ? at >> 1 : BLOB_SIZE + (at >> 1) % 1024;
			bytes[at % length] ^= data[i + 2];
		}
		if ((data[0] & 0x80) != 0) {
			length -= (length >> 4) * (data[0] >> 4 & 7) / 2;
		}
	}
	if (sample == &samples[SAMPLE_BUNDLE]) {
		uint8_t *exact = malloc(length != 0 ? length : 1);

		must(exact != NULL);
		memcpy(exact, bytes, length);
		try_bundle(exact, length, (data[0] & 2) != 0);
		free(exact);
	}
	try_kernel(bytes, length);
	free(bytes);
	return 0;
}
