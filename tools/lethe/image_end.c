/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where an arm64 Image ends. Its own header does not say: image_size counts the bss as well. The PE
 * section table of an Image with an EFI stub says it, and so does the header of a Lethe bundle.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "kernel.h"
#include "tool.h"

#define PE_HEADER   24U /* signature and file header; the optional header follows */
#define PE_SECTION  40U
#define PE_DATA_DIR 112U /* in the optional header of PE32+ */
#define PE_CERT     4U	 /* the data directory of signatures: an offset in the file, and a size */
#define TREE_HEADER 40U

static uint32_t tree_u32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

/* The end of the sections' bytes, or 0 without a PE header. *signed_end counts signatures too. */
static uint64_t pe_end(const uint8_t *bytes, uint64_t size, uint64_t *signed_end)
{
	const uint64_t pe = format_u32(bytes + offsetof(struct lethe_image_header, pe_offset));
	const uint64_t optional = pe + PE_HEADER;
	uint64_t section;
	uint64_t end;

	*signed_end = 0;
	if (memcmp(bytes, "MZ", 2) != 0 || pe < sizeof(struct lethe_image_header) ||
	    (pe <= size - 4 && memcmp(bytes + pe, "PE\0\0", 4) != 0)) {
		return 0;
	}
	if (optional > size) {
		return optional;
	}
	section = optional + format_u16(bytes + pe + 20);
	end = section + PE_SECTION * (uint64_t)format_u16(bytes + pe + 6);
	if (end > size) {
		return end;
	}
	if (section - optional >= PE_DATA_DIR + 8 * (PE_CERT + 1)) {
		const uint8_t *entry = bytes + optional + PE_DATA_DIR + 8 * PE_CERT;

		*signed_end = (uint64_t)format_u32(entry) + format_u32(entry + 4);
	}
	for (const uint64_t table_end = end; section < table_end; section += PE_SECTION) {
		const uint64_t length = format_u32(bytes + section + 16);
		const uint64_t raw_end = format_u32(bytes + section + 20) + length;

		end = length != 0 && raw_end > end ? raw_end : end;
	}
	*signed_end = *signed_end > end ? *signed_end : end;
	return end;
}

/* True if a device tree begins at at, and ends no earlier than least. */
static bool is_tree(const uint8_t *bytes, uint64_t size, uint64_t at, uint64_t least)
{
	const uint8_t *tree = bytes + at;

	if (size - at < TREE_HEADER || tree_u32(tree) != 0xd00dfeed) {
		return false;
	}

	const uint32_t total = tree_u32(tree + 4);

	return total >= TREE_HEADER && total <= size - at && at + total >= least &&
	       tree_u32(tree + 8) < total && tree_u32(tree + 12) < total &&
	       tree_u32(tree + 20) - 2 <= 15;
}

/* Finds a tree behind from that ends no earlier than least. */
static bool find_tree(const uint8_t *bytes, uint64_t size, uint64_t from, uint64_t least,
		      uint64_t *at)
{
	while (from < size) {
		const uint8_t *next = memchr(bytes + from, 0xd0, size - from);

		if (!next) {
			return false;
		}
		*at = (uint64_t)(next - bytes);
		if (is_tree(bytes, size, *at, least)) {
			return true;
		}
		from = *at + 1;
	}
	return false;
}

bool image_at(const uint8_t *bytes, uint64_t size, uint64_t at)
{
	return at <= size && size - at >= sizeof(struct lethe_image_header) &&
	       format_u32(bytes + at + offsetof(struct lethe_image_header, magic)) ==
		       LETHE_IMAGE_MAGIC;
}

static bool find_image(const uint8_t *bytes, uint64_t size, uint64_t from)
{
	for (; from < size; from++) {
		const uint8_t *next = memchr(bytes + from, 'A', size - from);

		if (!next) {
			return false;
		}
		from = (uint64_t)(next - bytes);
		if (size - from >= 8 && memcmp(next, "ARM\x64", 4) == 0) {
			return true;
		}
	}
	return false;
}

/* Looks for what was appended to an Image that ends at end; 0 if its end is not known. */
static bool check_rest(const uint8_t *bytes, uint64_t size, uint64_t end, char *reason,
		       size_t reason_size)
{
	const uint64_t from = end != 0 ? end : sizeof(struct lethe_image_header);
	uint64_t last = size;
	uint64_t tree;

	while (last > from && bytes[last - 1] == 0) {
		last--;
	}
	/* Kernels have trees of their own inside, so without an end only the last bytes can be one. */
	if (find_tree(bytes, size, from, end != 0 ? 0 : last, &tree)) {
		snprintf(reason, reason_size,
			 "%" PRIu64 " bytes follow the Image; a device tree appended to it "
			 "(Image-dtb) has to be split off and given with --dtb",
			 size - (end != 0 ? end : tree));
		return false;
	}
	if (end != 0 && find_image(bytes, size, end)) {
		snprintf(reason, reason_size,
			 "%" PRIu64 " bytes follow the Image; a second Image has to be split off",
			 size - end);
		return false;
	}
	return true;
}

bool image_check_end(const uint8_t *bytes, uint64_t size, bool *has_end, char *reason,
		     size_t reason_size)
{
	struct lethe_blob_header blob = {0};
	const char *says = "PE section table";
	uint64_t signed_end;
	uint64_t end = pe_end(bytes, size, &signed_end);

	if (size >= LETHE_BLOB_OFFSET + sizeof(blob)) {
		memcpy(&blob, bytes + LETHE_BLOB_OFFSET, sizeof(blob));
	}
	if (blob.magic == LETHE_BLOB_MAGIC) {
		says = "Lethe header";
		end = blob.file_size;
		signed_end = end;
	}
	*has_end = end != 0;
	if (end > size) {
		snprintf(reason, reason_size,
			 "Image is truncated: %" PRIu64 " bytes, and its %s says at least %" PRIu64, size,
			 says, end);
		return false;
	}
	/* A signature cut short is not missed: it is never loaded. */
	return signed_end > size || check_rest(bytes, size, signed_end, reason, reason_size);
}
