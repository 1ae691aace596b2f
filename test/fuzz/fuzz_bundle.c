/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Damaged bundles through "lethe inspect" and "lethe verify", damaged kernels through "lethe pack".
 * The input is a list of edits to a good file; random bytes alone never get past a magic number.
 * Byte 0: bit 0 uses the rest as a whole file, and bit 1 seals the plan again after the edits. Bits
 * 2 to 4 choose the file, and bit 7 cuts the file off. Byte 1: how many edits. Bytes 2 and 3: where
 * to cut.
 *
 * Beyond crashes and hangs: an edit of the plan (not sealed again) or of a segment must never pass.
 * An accepted kernel must have sane sizes. The blob is the fuzzer's own, not lethe.img.
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
#define INPUT_HEADER	4U

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In place of blob.S, for both blobs: headers, and zeros up to BLOB_SIZE; and an EFI door of zeros behind its head. */
__asm__(".section .rodata.fuzz_blob, \"a\"\n"
	".balign 16\n"
	".global tool_blob, tool_blob_end, tool_cpus, tool_cpus_end, tool_efi, tool_efi_end\n"
	"tool_blob:\n"
	"tool_cpus:\n"
	".byte 0x4d, 0x5a, 0, 0x91\n"
	".fill 52\n"
	".ascii \"ARM\\x64\"\n"
	".fill 4\n"
	".ascii \"LETHEBLB\"\n"
	".byte 1, 0, 0, 0, 0, 0, 0, 0\n"
	".byte 0, 0x10, 0, 0, 0, 0, 0, 0\n"
	".fill 0x1000 - 88\n"
	"tool_blob_end:\n"
	"tool_cpus_end:\n"
	".balign 16\n"
	"tool_efi:\n"
	".ascii \"LETHEEFI\"\n"
	".long 1, 0x1000, 0x1400, 0x1600\n"
	".fill 0x1600 - 24\n"
	"tool_efi_end:\n"
	".text\n");

struct sample {
	uint8_t bytes[FILE_MAX];
	uint64_t size;
};

enum { SAMPLE_BUNDLE, SAMPLE_GZIP, SAMPLE_ZSTD, SAMPLE_ZBOOT, SAMPLE_UKI, SAMPLE_IMAGE, SAMPLE_COUNT };

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
	struct options options = { .efi = true, .on_fail = LETHE_ON_FAIL_HALT, .console_kind = LETHE_CONSOLE_STDOUT,
				   .slot_count = 1, .raw_count = 1 };
	const struct bundle_input input = { .initrd = &file[0], .dtb = &file[2], .raw = &file[1] };
	struct bundle bundle;

	for (unsigned int i = 0; i < sizeof(content); i++) {
		content[i / 0x800][i % 0x800] = (uint8_t)(i * 7 >> 2);
	}
	options.slot[0].append = "quiet";
	options.slot[0].raw_count = 1;
	options.raw[0].address = 0x48000000;
	options.raw[0].has_entry = 1;
	options.raw[0].entry = 0x48000000;
	must(bundle_build(&bundle, &options, &input) == TOOL_OK);
	bundle_seal(&bundle);
	put(sample, 0, bundle.front, BLOB_SIZE);
	put(sample, bundle.efi_offset, bundle.efi, bundle.efi_size);
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

/* A PE header with two sections: the first ends the search if found; both end with the file. */
static void make_uki(struct sample *sample)
{
	static const uint8_t front[64] = { 'M', 'Z', [60] = 64 };
	static const uint8_t pe[24] = { 'P', 'E', 0, 0, 0x64, 0xaa, 2, 0, [20] = 16 };
	static const uint8_t section[2][40] = { ".text", ".linux" };

	put(sample, 0, front, sizeof(front));
	put(sample, 64, pe, sizeof(pe));
	put(sample, 64 + sizeof(pe) + 16, section, sizeof(section));
}

/* An Image with a PE section table that ends with the file, and a tree's header behind it. */
static void make_image(struct sample *sample)
{
	static const uint8_t pe[24] = { 'P', 'E', 0, 0, 0x64, 0xaa, 2, 0, [20] = 160 };
	static const uint8_t section[2][40] = {
		{ '.', 't', [17] = 2, [21] = 2 },	/* 0x200 bytes from 0x200 */
		{ '.', 'd', [17] = 4, [21] = 4 },
	};
	static const uint8_t tree[40] = { 0xd0, 0x0d, 0xfe, 0xed, [7] = 40, [11] = 36, [23] = 17 };
	struct lethe_image_header header = { .code0 = 0x5a4d, .image_size = 0x8000,
					     .magic = LETHE_IMAGE_MAGIC, .pe_offset = 64 };

	put(sample, 0, &header, sizeof(header));
	put(sample, 64, pe, sizeof(pe));
	put(sample, 64 + sizeof(pe) + 160, section, sizeof(section));
	sample->bytes[0x7ff] = 1;
	put(sample, 0x800, tree, sizeof(tree));
	sample->bytes[0x800] = 0;	/* one edit makes a tree of it, and many make it longer */
}

/* The tool's printing is tested, but stays out of the driver's output. */
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

/* True if the bundle differs from the good bundle in bytes that a digest covers. */
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
	view_digest(view, NULL);
	code = view_code(view);
	must(code == TOOL_OK || code == TOOL_CONTENT || code == TOOL_UNREADABLE);
	must((code == TOOL_OK) == (view->problem_count == 0));
	must(code != TOOL_OK || (view->placed && !is_damaged(bytes, size, sealed)));
	for (uint32_t i = 0; code == TOOL_OK && i < view->plan->segment_count; i++) {
		must(view->verdict[i] == VIEW_OK ||
		     !bundle_has_source_of(&lethe_plan_segments(view->plan)[i]));
	}
	print_aside(view);
	view_close(view);
	free(view);
}

static void try_kernel(const uint8_t *bytes, uint64_t size, uint64_t limit)
{
	struct kernel kernel;
	char reason[TOOL_REASON_SIZE] = "";

	if (kernel_parse(bytes, size, "file", limit, &kernel, reason, sizeof(reason))) {
		must(kernel.size >= sizeof(struct lethe_image_header));
		must(kernel.size <= size || (kernel.unpacked && kernel.size <= limit));
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
	static const uint8_t choice[8] = { [3] = SAMPLE_IMAGE, [4] = SAMPLE_GZIP, SAMPLE_ZSTD, SAMPLE_ZBOOT, SAMPLE_UKI };
	const struct sample *sample;
	uint64_t length;
	uint8_t *bytes;
	size_t end;

	if (size < INPUT_HEADER || size > FILE_MAX) {
		return 0;
	}
	if (samples[SAMPLE_BUNDLE].size == 0) {
		make_kernels();
		make_uki(&samples[SAMPLE_UKI]);
		make_image(&samples[SAMPLE_IMAGE]);
		make_bundle(&samples[SAMPLE_BUNDLE]);
	}
	sample = &samples[choice[data[0] >> 2 & 7]];
	length = (data[0] & 1) != 0 ? size - INPUT_HEADER : sample->size;
	if ((data[0] & 0x80) != 0) {
		length = (data[2] | data[3] << 8) % (length + 1);
	}
	/* The exact size, so that the sanitizer sees a read beyond the end; malloc() aligns as
	 * file.c does. */
	bytes = malloc(length != 0 ? length : 1);
	must(bytes != NULL);
	memcpy(bytes, (data[0] & 1) != 0 ? data + INPUT_HEADER : sample->bytes, length);
	end = INPUT_HEADER + 3 * (size_t)(data[1] & 7);
	for (size_t i = INPUT_HEADER; (data[0] & 1) == 0 && i < end && i + 3 <= size; i += 3) {
		/* The front of a file and the plan are where decisions are made. */
		uint32_t at = (uint32_t)(data[i] << 8 | data[i + 1]);

		at = (at & 3) == 0 ? BLOB_SIZE + (at >> 2) % 1024 :
		     (at & 3) == 1 ? (at >> 2) % 256 : at >> 1;
		bytes[length != 0 ? at % length : 0] ^= data[i + 2];
	}
	/* Sealing writes, so the kernel's turn comes first. */
	try_kernel(bytes, length, (data[1] & 0x80) != 0 ? 0x1000 : TOOL_MIB);
	if (sample == &samples[SAMPLE_BUNDLE]) {
		try_bundle(bytes, length, (data[0] & 2) != 0);
	}
	free(bytes);
	return 0;
}
