/* SPDX-License-Identifier: BSD-2-Clause */
/* The front of a bundle, and its EFI door: what loaders read. */
#include <string.h>

#include "bundle.h"
#include "coverage.h"
#include "efi.h"
#include "tool.h"

/*
 * The page size that all kernels need: Lethe refuses a CPU without this size. If the kernels
 * differ, the result is 0, and Lethe checks nothing: a fallback may be there for just such a CPU.
 */
static uint64_t page_size_flags(const struct bundle_input *input, unsigned int count)
{
	uint64_t flags = 0;
	bool is_known = false;

	for (unsigned int i = 0; i < count; i++) {
		uint64_t own = input[i].kernel
				       ? input[i].kernel->header.flags & LETHE_IMAGE_FLAG_PAGE_MASK
				       : 0;

		if (input[i].kernel && is_known && own != flags) {
			return 0;
		}
		if (input[i].kernel) {
			flags = own;
			is_known = true;
		}
	}
	return flags;
}

void bundle_add_efi(struct bundle *bundle)
{
	uint64_t size;

	efi_program(&size);
	bundle->efi_offset = tool_round_up(bundle->file_size, TOOL_PAGE);
	bundle->efi_size = size;
	bundle->efi = tool_alloc(size);
	efi_place(bundle->efi, bundle->efi_offset);
	bundle->file_size = bundle->efi_offset + size;
}

static void fill_efi_header(struct bundle *bundle)
{
	struct lethe_efi_head head;
	struct efi_header header;

	memcpy(&head, bundle->efi, sizeof(head));
	efi_fill_header(&header, &head);
	memcpy(bundle->front + LETHE_EFI_PE_AT, &header, sizeof(header));
}

void bundle_fill_front(struct bundle *bundle, const struct bundle_input *input)
{
	uint64_t seal;

	bundle->image.text_offset = 0;
	bundle->image.image_size = bundle->plan->extent_size;
	bundle->image.flags &= ~(LETHE_IMAGE_FLAG_PAGE_MASK | LETHE_IMAGE_FLAG_BIG_ENDIAN);
	bundle->image.flags |=
		LETHE_IMAGE_FLAG_ANYWHERE | page_size_flags(input, bundle->plan->slot_count);
	bundle->blob.plan_offset = bundle->blob.blob_size;
	bundle->blob.file_size = bundle->file_size;

	bundle->front = tool_alloc(bundle->blob.blob_size);
	memset(bundle->front, 0, bundle->blob.blob_size);
	memcpy(bundle->front, bundle->from.bytes, bundle->from.size);
	bundle->image.pe_offset = bundle->efi ? LETHE_EFI_PE_AT : 0;
	memcpy(bundle->front, &bundle->image, sizeof(bundle->image));
	memcpy(bundle->front + LETHE_BLOB_OFFSET, &bundle->blob, sizeof(bundle->blob));
	if (bundle->efi) {
		fill_efi_header(bundle);
	}
	coverage_blob_digest(bundle->front, bundle->blob.blob_size, bundle->blob.digest);
	memcpy(bundle->front + LETHE_BLOB_OFFSET, &bundle->blob, sizeof(bundle->blob));
	seal = 0 - coverage_sum(bundle->front, bundle->blob.blob_size);
	memcpy(bundle->front + LETHE_SEAL_OFFSET, &seal, sizeof(seal));
}
