/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel loaded without the firmware, for a bundle whose signature is to vouch for it (`lethe
 * pack --vouch`): what LoadImage does, but its verification. docs/use/uefi.md says what that means.
 */
#include <string.h>

#include <lethe/cache.h>

#include "efi/kernel.h"
#include "efi/sync.h"

/* The largest alignment of sections that is met: Linux's is 64 KiB. */
#define ALIGNMENT_MAX 0x200000U

static const struct pe_section *sections_of(const struct pe_header *header)
{
	return (const void *)((const uint8_t *)&header->magic + header->optional_size);
}

static bool is_sound(const struct pe_header *header, uint64_t at, uint64_t size)
{
	const uint64_t table = at + offsetof(struct pe_header, magic) + header->optional_size;
	const uint32_t align = header->section_alignment;
	const struct pe_section *section = sections_of(header);
	unsigned int i;

	if (align < EFI_PAGE || align > ALIGNMENT_MAX || (align & (align - 1)) != 0 ||
	    header->optional_size % 4 != 0 || header->headers_size > size ||
	    header->headers_size > header->image_size ||
	    table + header->section_count * sizeof(*section) > header->headers_size ||
	    /* Relocated by itself, or not at all. */
	    (header->directory_count > PE_DIRECTORY_RELOCATIONS &&
	     header->directory[PE_DIRECTORY_RELOCATIONS].size != 0)) {
		return false;
	}
	for (i = 0; i < header->section_count; i++) {
		if (section[i].address % align != 0 || section[i].address < header->headers_size ||
		    section[i].address > header->image_size ||
		    section[i].memory_size > header->image_size - section[i].address ||
		    section[i].file_offset > size ||
		    section[i].file_size > size - section[i].file_offset) {
			return false;
		}
	}
	return true;
}

/* Where firmware keeps what is written and what is executed apart, it is asked for each section. */
static efi_status protect(const struct lethe_efi *efi, uint64_t base,
			  const struct pe_section *section, uint32_t align)
{
	static const struct efi_guid guid = EFI_GUID_MEMORY_ATTRIBUTE;
	const uint64_t start = base + section->address;
	const uint64_t size = ((uint64_t)section->memory_size + align - 1) & -(uint64_t)align;
	const bool runs = (section->characteristics & PE_SECTION_EXECUTE) != 0;
	const bool is_written = (section->characteristics & PE_SECTION_WRITE) != 0;
	struct efi_memory_attribute *attribute;
	efi_status status;

	if (size == 0 ||
	    efi->boot->locate_protocol(&guid, NULL, (void **)&attribute) != EFI_SUCCESS) {
		return EFI_SUCCESS;
	}
	/* Never both at once: first what is taken away. */
	status = is_written ? EFI_SUCCESS : attribute->set(attribute, start, size, EFI_MEMORY_RO);
	if (status == EFI_SUCCESS && !runs) {
		status = attribute->set(attribute, start, size, EFI_MEMORY_XP);
	}
	if (status == EFI_SUCCESS && runs) {
		status = attribute->clear(attribute, start, size, EFI_MEMORY_XP);
	}
	return status;
}

efi_status lethe_efi_pe_load(const struct lethe_efi *efi, const uint8_t *bytes, uint64_t size,
			     struct lethe_efi_pe_image *image)
{
	const struct pe_header *header = lethe_efi_pe(bytes, size);
	const struct pe_section *section;
	efi_status status;
	uint64_t align;
	unsigned int i;

	image->count = 0;
	if (header == NULL ||
	    !is_sound(header, (uint64_t)((const uint8_t *)header - bytes), size)) {
		return EFI_UNSUPPORTED;
	}
	section = sections_of(header);
	align = header->section_alignment;
	/* Firmware frees pages with the attributes that they have: the first and last of ours are
	 * whole alignments. */
	image->count = (header->image_size + 2 * align) / EFI_PAGE;
	status = efi->boot->allocate_pages(EFI_ALLOCATE_ANY_PAGES, EFI_LOADER_CODE, image->count,
					   &image->pages);
	if (status != EFI_SUCCESS) {
		image->count = 0;
		return status;
	}
	image->base = (image->pages + align - 1) & -align;
	memset((void *)image->base, 0, header->image_size);
	memcpy((void *)image->base, bytes, header->headers_size);
	for (i = 0; i < header->section_count; i++) {
		memcpy((void *)(image->base + section[i].address), bytes + section[i].file_offset,
		       section[i].file_size < section[i].memory_size ? section[i].file_size
								     : section[i].memory_size);
	}
	lethe_efi_sync(image->base, image->base + header->image_size);
	for (i = 0; i < header->section_count && status == EFI_SUCCESS; i++) {
		status = protect(efi, image->base, &section[i], header->section_alignment);
	}
	if (status != EFI_SUCCESS) {
		lethe_efi_pe_unload(efi, image);
	}
	return status;
}

void lethe_efi_pe_unload(const struct lethe_efi *efi, struct lethe_efi_pe_image *image)
{
	static const struct efi_guid guid = EFI_GUID_MEMORY_ATTRIBUTE;
	struct efi_memory_attribute *attribute;

	if (image->count == 0) {
		return;
	}
	if (efi->boot->locate_protocol(&guid, NULL, (void **)&attribute) == EFI_SUCCESS) {
		attribute->clear(attribute, image->pages, image->count * EFI_PAGE, EFI_MEMORY_RO);
	}
	efi->boot->free_pages(image->pages, image->count);
	image->count = 0;
}
