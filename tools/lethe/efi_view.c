/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi_view.h"

#include <stddef.h>
#include <string.h>

#include "efi.h"
#include "tool.h"

/* Where the program is that the section table names; 0: nowhere inside the bundle. */
static uint64_t find_program(const struct efi_header *header, uint64_t file_size,
			     const uint8_t *bytes, struct lethe_efi_head *head)
{
	const uint64_t at = header->section[1].file_offset;

	if (at < TOOL_PAGE || at % TOOL_PAGE != 0 || at > file_size ||
	    file_size - at < sizeof(*head)) {
		return 0;
	}
	memcpy(head, bytes + at, sizeof(*head));
	return head->magic == LETHE_EFI_MAGIC && head->version == LETHE_EFI_VERSION &&
			       head->offset == at && head->data >= sizeof(*head) &&
			       head->data <= head->sbat && head->sbat <= head->size &&
			       head->size == file_size - at
		       ? at
		       : 0;
}

/* Each certificate, up to the end of the table. */
static bool has_certificates(const uint8_t *table, uint64_t size)
{
	struct pe_certificate one;
	uint64_t end;

	for (uint64_t at = 0; at < size; at = end) {
		if (size - at < sizeof(one)) {
			return false;
		}
		memcpy(&one, table + at, sizeof(one));
		if (one.length <= sizeof(one) || one.length > size - at ||
		    one.revision != PE_CERTIFICATE_REVISION || one.type != PE_CERTIFICATE_PKCS7) {
			return false;
		}
		end = at + tool_round_up(one.length, 8);
		end = end < size ? end : size; /* some signers do not pad the last one */
		if (!tool_is_zero(table + at + one.length, end - at - one.length)) {
			return false;
		}
	}
	return true;
}

const char *efi_view_open(struct efi_view *efi, const uint8_t *bytes, uint64_t size,
			  uint64_t file_size, uint32_t pe_offset)
{
	struct efi_header header, wanted;
	struct pe_directory table;
	const uint8_t *program;
	uint64_t length;

	memset(efi, 0, sizeof(*efi));
	efi->is_there = pe_offset != 0;
	if (!efi->is_there || file_size > size) {
		return NULL; /* a file that is cut off is reported as such */
	}
	if (pe_offset != LETHE_EFI_PE_AT || size < TOOL_PAGE) {
		return "EFI header is not where pack puts it";
	}
	memcpy(&header, bytes + LETHE_EFI_PE_AT, sizeof(header));
	table = header.pe.directory[PE_DIRECTORY_CERTIFICATES];
	if (find_program(&header, file_size, bytes, &efi->head) == 0) {
		memset(&efi->head, 0, sizeof(efi->head));
		return "EFI header is damaged: it names no program inside the bundle";
	}
	efi_fill_header(&wanted, &efi->head);
	wanted.pe.checksum = header.pe.checksum;
	wanted.pe.directory[PE_DIRECTORY_CERTIFICATES] = table;
	if (memcmp(&header, &wanted, sizeof(header)) != 0) {
		return "EFI header is damaged: it does not fit its program";
	}
	program = efi_program(&length);
	efi->same =
		length == efi->head.size &&
		memcmp(program, bytes + efi->head.offset,
		       offsetof(struct lethe_efi_head, offset)) == 0 &&
		memcmp(program + sizeof(efi->head), bytes + efi->head.offset + sizeof(efi->head),
		       length - sizeof(efi->head)) == 0;
	if (table.size == 0 && table.address == 0) {
		return NULL;
	}
	/* Signers begin the table at a multiple of 8 bytes, and end the file with it. */
	if (table.address != tool_round_up(file_size, 8) || table.address > size ||
	    table.size != size - table.address ||
	    !tool_is_zero(bytes + file_size, table.address - file_size) ||
	    !has_certificates(bytes + table.address, table.size)) {
		return "certificate table is damaged";
	}
	efi->certificates_at = table.address;
	efi->certificates = table.size;
	return NULL;
}

bool efi_view_is_sound(const struct efi_view *efi, const uint8_t *bytes, uint64_t size)
{
	uint8_t found[32];
	struct pe_header pe;

	if (efi->head.size == 0) {
		return true; /* not there, or reported by efi_view_open() */
	}
	memcpy(&pe, bytes + LETHE_EFI_PE_AT, sizeof(pe));
	efi_digest(bytes + efi->head.offset, efi->head.size, found);
	return memcmp(found, efi->head.digest, sizeof(found)) == 0 &&
	       (pe.checksum == 0 || pe.checksum == efi_checksum(bytes, size));
}
