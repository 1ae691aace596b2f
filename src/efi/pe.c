/* SPDX-License-Identifier: BSD-2-Clause */
/* The PE header of a kernel with an EFI stub. */
#include "efi/pe.h"

#include <stddef.h>

#include <lethe/image.h>

#include "efi/kernel.h"

const struct pe_header *lethe_efi_pe(const uint8_t *bytes, uint64_t size)
{
	const struct pe_header *header;
	uint32_t at;

	if (size < LETHE_BLOB_OFFSET || bytes[0] != 'M' || bytes[1] != 'Z') {
		return NULL;
	}
	at = *(const uint32_t *)(const void *)(bytes + PE_OFFSET_AT);
	if (at % 8 != 0 || at > size || size - at < sizeof(*header)) {
		return NULL;
	}
	header = (const void *)(bytes + at);
	return header->signature == PE_SIGNATURE && header->machine == PE_MACHINE_ARM64 &&
			       header->magic == PE_MAGIC_PLUS &&
			       header->subsystem == PE_SUBSYSTEM_EFI && header->entry != 0 &&
			       header->entry < header->image_size
		       ? header
		       : NULL;
}
