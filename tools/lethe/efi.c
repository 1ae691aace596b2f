/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi.h"

#include <stddef.h>
#include <string.h>

#include <lethe/sha256.h>

#include "tool.h"

extern const uint8_t tool_efi[], tool_efi_end[];

#define CHECKSUM_AT (LETHE_EFI_PE_AT + offsetof(struct pe_header, checksum))
#define CERTIFICATE_AT                                                                             \
	(LETHE_EFI_PE_AT + offsetof(struct pe_header, directory[PE_DIRECTORY_CERTIFICATES]))

const uint8_t *efi_program(uint64_t *size)
{
	*size = (uint64_t)(tool_efi_end - tool_efi);
	return tool_efi;
}

void efi_digest(const uint8_t *program, uint64_t size, uint8_t digest[32])
{
	static const uint8_t zeros[32];
	const uint64_t at = offsetof(struct lethe_efi_head, digest);
	struct lethe_sha256 sha;

	lethe_sha256_init(&sha);
	lethe_sha256_update(&sha, program, at);
	lethe_sha256_update(&sha, zeros, sizeof(zeros));
	lethe_sha256_update(&sha, program + at + sizeof(zeros), size - at - sizeof(zeros));
	lethe_sha256_final(&sha, digest);
}

void efi_place(uint8_t *to, uint64_t offset)
{
	struct lethe_efi_head head;
	uint64_t size;
	const uint8_t *program = efi_program(&size);

	memcpy(to, program, size);
	memcpy(&head, to, sizeof(head));
	head.offset = offset;
	memcpy(to, &head, sizeof(head));
	efi_digest(to, size, head.digest);
	memcpy(to, &head, sizeof(head));
}

static void fill_section(struct pe_section *section, const char *name, uint64_t at, uint64_t end,
			 uint32_t characteristics)
{
	memcpy(section->name, name, strlen(name));
	section->address = (uint32_t)at;
	section->file_offset = (uint32_t)at;
	section->file_size = (uint32_t)(end - at);
	section->memory_size = section->file_size;
	section->characteristics = characteristics;
}

void efi_fill_header(struct efi_header *header, const struct lethe_efi_head *head)
{
	struct pe_header *pe = &header->pe;
	const uint64_t end = head->offset + head->size;

	memset(header, 0, sizeof(*header));
	pe->signature = PE_SIGNATURE;
	pe->machine = PE_MACHINE_ARM64;
	pe->section_count = EFI_SECTIONS;
	pe->optional_size = sizeof(*pe) - offsetof(struct pe_header, magic);
	/* Linux's own. Without RELOCS_STRIPPED: with it a loader would have to put the file at
	 * ImageBase. */
	pe->characteristics = PE_EXECUTABLE;
	pe->magic = PE_MAGIC_PLUS;
	pe->code_size = head->data;
	pe->data_size = (uint32_t)(head->offset - TOOL_PAGE + head->size - head->data);
	pe->entry = (uint32_t)(head->offset + LETHE_EFI_ENTRY);
	pe->code_base = (uint32_t)head->offset;
	/* A page each, so that firmware can keep what is written and what is executed apart. */
	pe->section_alignment = TOOL_PAGE;
	pe->file_alignment =
		512; /* the least; all parts but the last one's end are at multiples of 4 KiB */
	/* Linux's include/linux/pe.h: 1.0 promises that an initrd is taken by LoadFile2. GRUB 2.12
	 * gives it that way then. */
	pe->image_major = 1;
	pe->image_size = (uint32_t)tool_round_up(end, TOOL_PAGE);
	pe->headers_size = TOOL_PAGE; /* the first page: sections begin behind it */
	pe->subsystem = PE_SUBSYSTEM_EFI;
	pe->dll_characteristics = PE_NX_COMPAT; /* no section is written and executed */
	pe->directory_count = PE_DIRECTORIES; /* up to the relocations', of which there are none */
	/*
	 * A section's address is its offset in the file: Debian's GRUB 2.06 under Secure Boot jumps
	 * into the raw file. They follow on one another without a gap: signers and shim differ in
	 * how they digest gaps. What Lethe and the payloads are is data for the firmware.
	 */
	fill_section(&header->section[0], ".lethe", TOOL_PAGE, head->offset, PE_SECTION_CONST);
	fill_section(&header->section[1], ".text", head->offset, head->offset + head->data,
		     PE_SECTION_CODE);
	fill_section(&header->section[2], ".data", head->offset + head->data,
		     head->offset + head->sbat, PE_SECTION_DATA);
	fill_section(&header->section[3], ".sbat", head->offset + head->sbat, end,
		     PE_SECTION_CONST);
}

void efi_unsign(uint8_t *page)
{
	memset(page + CHECKSUM_AT, 0, sizeof(uint32_t));
	memset(page + CERTIFICATE_AT, 0, sizeof(struct pe_directory));
}

uint32_t efi_checksum(const uint8_t *bytes, uint64_t size)
{
	uint64_t sum = 0;

	for (uint64_t at = 0; at < size; at += 2) {
		const uint32_t high = at + 1 < size ? bytes[at + 1] : 0;

		if (at != CHECKSUM_AT && at != CHECKSUM_AT + 2) {
			sum += bytes[at] | high << 8;
		}
	}
	while (sum >> 16 != 0) {
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint32_t)(sum + size);
}
