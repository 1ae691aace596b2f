/* SPDX-License-Identifier: BSD-2-Clause */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"
#include "tool.h"
#include "unpack.h"

/*
 * EFI zboot (Linux, drivers/firmware/efi/libstub/zboot-header.S): "MZ", at 4 "zimg", at 8 the
 * payload's offset, at 12 its size, at 24 the name of the compression. The unpacked size follows
 * the payload, except with gzip, whose own trailer has the size.
 */
#define ZBOOT_PAYLOAD_OFFSET 8
#define ZBOOT_PAYLOAD_SIZE   12
#define ZBOOT_COMPRESSION    24
#define ZBOOT_HEADER_SIZE    64U

/* Linux before 3.17 does not state its memory size; its bss was always below 16 MiB. */
#define OLD_KERNEL_BSS         (16 * TOOL_MIB)
#define OLD_KERNEL_TEXT_OFFSET 0x80000U

static bool is_gzip(const uint8_t *bytes, uint64_t size)
{
	return size >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

static bool is_zstd(const uint8_t *bytes, uint64_t size)
{
	return size >= 4 && memcmp(bytes, "\x28\xb5\x2f\xfd", 4) == 0;
}

static bool is_zboot(const uint8_t *bytes, uint64_t size)
{
	return size >= ZBOOT_HEADER_SIZE && memcmp(bytes, "MZ", 2) == 0 &&
	       memcmp(bytes + 4, "zimg", 4) == 0;
}

static bool parse_image(const uint8_t *bytes, uint64_t size, struct kernel *kernel, char *reason,
			size_t reason_size)
{
	struct lethe_image_header *header = &kernel->header;

	memcpy(header, bytes, sizeof(*header));
	kernel->bytes = bytes;
	kernel->size = size;
	if (size >= LETHE_BLOB_OFFSET + sizeof(struct lethe_blob_header)) {
		struct lethe_blob_header blob;

		memcpy(&blob, bytes + LETHE_BLOB_OFFSET, sizeof(blob));
		if (blob.magic == LETHE_BLOB_MAGIC && blob.plan_offset == 0) {
			snprintf(reason, reason_size,
				 "is Lethe's own bare blob: it boots nothing; "
				 "give a kernel's Image");
			return false;
		}
	}
	if (!image_check_end(bytes, size, &kernel->has_end, reason, reason_size)) {
		return false;
	}
	kernel->has_image_size = header->image_size != 0;
	if (!kernel->has_image_size) {
		kernel->text_offset = OLD_KERNEL_TEXT_OFFSET;
		kernel->mem_size = size + OLD_KERNEL_BSS;
		return true;
	}
	if (header->image_size > KERNEL_SIZE_MAX) {
		snprintf(reason, reason_size,
			 "Image header is damaged: image_size 0x%" PRIx64 " is more than 1 GiB",
			 header->image_size);
		return false;
	}
	if (header->text_offset % 4 != 0) {
		snprintf(reason, reason_size,
			 "Image header is damaged: text_offset 0x%" PRIx64 " is no multiple of 4",
			 header->text_offset);
		return false;
	}
	/* text_offset counts from any 2 MiB boundary, so whole multiples of 2 MiB mean nothing. */
	kernel->text_offset = header->text_offset % TOOL_BLOCK;
	kernel->mem_size = header->image_size > size ? header->image_size : size;
	return true;
}

/* Unpacks the file, and parses the Image inside. A packed file inside a packed file is refused. */
static bool parse_packed(enum unpack_kind kind, const uint8_t *bytes, uint64_t size, uint64_t limit,
			 struct kernel *kernel, char *reason, size_t reason_size)
{
	uint64_t unpacked_size;
	char inner[TOOL_REASON_SIZE];

	if (!unpack(kind, bytes, size, limit, &kernel->unpacked, &unpacked_size, reason,
		    reason_size)) {
		return false;
	}
	if (image_at(kernel->unpacked, unpacked_size, 0) &&
	    !format_refusal(kernel->unpacked, unpacked_size, "unpacked", inner, sizeof(inner))) {
		return parse_image(kernel->unpacked, unpacked_size, kernel, reason, reason_size);
	}
	if (!format_refusal(kernel->unpacked, unpacked_size, "unpacked", inner, sizeof(inner))) {
		snprintf(inner, sizeof(inner), "has no arm64 Image header");
	}
	snprintf(reason, reason_size, "what is packed in it (%s) %s", kernel->packing, inner);
	return false;
}

static bool parse_zboot(const uint8_t *bytes, uint64_t size, const char *name, uint64_t limit,
			struct kernel *kernel, char *reason, size_t reason_size)
{
	uint64_t offset = format_u32(bytes + ZBOOT_PAYLOAD_OFFSET);
	uint64_t length = format_u32(bytes + ZBOOT_PAYLOAD_SIZE);
	char compression[9] = "";

	/* The header reserves 32 bytes; the longest name in use is "xzkern". */
	memcpy(compression, bytes + ZBOOT_COMPRESSION, sizeof(compression) - 1);
	for (char *c = compression; *c; c++) {
		if (*c < 0x20 || *c > 0x7e) {
			*c = '?';
		}
	}
	if (offset < ZBOOT_HEADER_SIZE || offset > size || length > size - offset || length == 0) {
		snprintf(reason, reason_size,
			 "EFI zboot image is truncated or damaged: its payload "
			 "would be bytes %" PRIu64 " to %" PRIu64 " of %" PRIu64,
			 offset, offset + length, size);
		return false;
	}
	snprintf(kernel->packing, sizeof(kernel->packing), "EFI zboot, %s", compression);
	if (strcmp(compression, "gzip") == 0) {
		return parse_packed(UNPACK_GZIP, bytes + offset, length, limit, kernel, reason,
				    reason_size);
	}
	if (strncmp(compression, "zstd", 4) != 0) {
		const char *tool = strncmp(compression, "xz", 2) == 0 ? "unxz"
				   : strcmp(compression, "lzma") == 0 ? "unlzma"
				   : strcmp(compression, "lz4") == 0  ? "unlz4"
				   : strcmp(compression, "lzo") == 0  ? "lzop -d"
								      : "UNPACKER";

		snprintf(reason, reason_size,
			 "is an EFI zboot image compressed with %s; unpack it with: "
			 "tail -c +%" PRIu64 " %s | head -c %" PRIu64 " | %s > Image",
			 compression, offset + 1, name, length, tool);
		return false;
	}
	if (!parse_packed(UNPACK_ZSTD, bytes + offset, length, limit, kernel, reason,
			  reason_size)) {
		return false;
	}
	if (size - offset - length >= 4 && format_u32(bytes + offset + length) != kernel->size) {
		snprintf(reason, reason_size,
			 "EFI zboot image is damaged: it holds %" PRIu64 " bytes "
			 "and says %" PRIu32,
			 kernel->size, format_u32(bytes + offset + length));
		return false;
	}
	return true;
}

bool kernel_parse(const uint8_t *bytes, uint64_t size, const char *name, uint64_t limit,
		  struct kernel *kernel, char *reason, size_t reason_size)
{
	memset(kernel, 0, sizeof(*kernel));
	if (size == 0) {
		snprintf(reason, reason_size, "is empty");
		return false;
	}
	if (is_gzip(bytes, size)) {
		snprintf(kernel->packing, sizeof(kernel->packing), "gzip");
		return parse_packed(UNPACK_GZIP, bytes, size, limit, kernel, reason, reason_size);
	}
	if (is_zstd(bytes, size)) {
		snprintf(kernel->packing, sizeof(kernel->packing), "zstd");
		return parse_packed(UNPACK_ZSTD, bytes, size, limit, kernel, reason, reason_size);
	}
	if (is_zboot(bytes, size)) {
		return parse_zboot(bytes, size, name, limit, kernel, reason, reason_size);
	}
	if (format_refusal(bytes, size, name, reason, reason_size)) {
		return false;
	}
	if (!image_at(bytes, size, 0)) {
		kernel->is_unknown = true;
		snprintf(reason, reason_size,
			 "has no arm64 Image header (\"ARM\\x64\" at byte 56)");
		return false;
	}
	return parse_image(bytes, size, kernel, reason, reason_size);
}

void kernel_free(struct kernel *kernel)
{
	free(kernel->unpacked);
	kernel->unpacked = NULL;
}
