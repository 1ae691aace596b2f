/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes a flash file, with an ELF header around it if a loader wants one. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "efi.h"
#include "flash.h"
#include "tool.h"

/* The front end (blob.S). */
extern const uint8_t tool_front_end[], tool_front_end_end[];

#define ERASED 0xff

int flash_front_end(const uint8_t **bytes, struct lethe_flash_head *head)
{
	*bytes = tool_front_end;
	if (tool_front_end_end - tool_front_end == LETHE_FLASH_CODE_SIZE) {
		memcpy(head, tool_front_end, sizeof(*head));
		if (head->magic == LETHE_FLASH_MAGIC && head->version == LETHE_FLASH_VERSION &&
		    head->code_size == LETHE_FLASH_CODE_SIZE) {
			return TOOL_OK;
		}
	}
	return tool_fail(TOOL_UNREADABLE, "flash",
			 "the front end in this command is not of its version");
}

uint32_t flash_copy_crc(const uint8_t *copy)
{
	const size_t after = LETHE_FLASH_CRC + sizeof(uint32_t);

	return (uint32_t)crc32(0, copy + after, LETHE_FLASH_COPY_SIZE - after);
}

static int write_elf_header(struct output *output, const struct flash *flash)
{
	const Elf64_Ehdr header = {
		.e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB,
			    EV_CURRENT},
		.e_type = ET_EXEC,
		.e_machine = EM_AARCH64,
		.e_version = EV_CURRENT,
		.e_entry = flash->parameters.base,
		.e_phoff = sizeof(header),
		.e_ehsize = sizeof(header),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 1,
	};
	const Elf64_Phdr segment = {
		.p_type = PT_LOAD,
		.p_flags = PF_R | PF_X,
		.p_offset = FLASH_ELF_OFFSET,
		.p_vaddr = flash->parameters.base,
		.p_paddr = flash->parameters.base,
		.p_filesz = flash->size,
		.p_memsz = flash->size,
		.p_align = TOOL_PAGE,
	};
	int code = output_write(output, 0, &header, sizeof(header));

	return code != TOOL_OK ? code
			       : output_write(output, sizeof(header), &segment, sizeof(segment));
}

/* Writes [*at, end) as erased flash, and what begins at end; *at is then behind it. */
static int write_part(struct output *output, uint64_t start, uint64_t *at, uint64_t end,
		      const void *bytes, uint64_t size)
{
	uint8_t erased[64 * TOOL_KIB];
	int code = TOOL_OK;

	memset(erased, ERASED, sizeof(erased));
	while (code == TOOL_OK && *at < end) {
		const uint64_t piece = end - *at < sizeof(erased) ? end - *at : sizeof(erased);

		code = output_write(output, start + *at, erased, piece);
		*at += piece;
	}
	*at = end + size;
	return code != TOOL_OK ? code : output_write(output, start + end, bytes, size);
}

/* Without a signature for UEFI: the front end knows the first page as pack has made it. */
static int write_bundle(struct output *output, uint64_t start, uint64_t *at, uint64_t offset,
			const struct flash_bundle *bundle)
{
	uint8_t page[TOOL_PAGE];
	int code;

	memcpy(page, bundle->file.bytes, sizeof(page));
	efi_unsign(page);
	code = write_part(output, start, at, offset, page, sizeof(page));
	return code != TOOL_OK ? code
			       : write_part(output, start, at, *at, bundle->file.bytes + sizeof(page),
					    bundle->size - sizeof(page));
}

static int write_all(struct output *output, struct flash *flash, uint64_t start)
{
	uint8_t copy[LETHE_FLASH_COPY_SIZE] = {0};
	struct lethe_flash *parameters = &flash->parameters;
	struct lethe_flash_head head;
	const uint8_t *code_bytes;
	uint64_t at = 0;
	int code = flash_front_end(&code_bytes, &head);

	parameters->code_crc = (uint32_t)crc32(0, code_bytes, LETHE_FLASH_CODE_SIZE);
	if (flash->tree) {
		parameters->tree_crc = (uint32_t)crc32(0, flash->tree, parameters->tree_size);
	}
	memcpy(copy, parameters, sizeof(*parameters));
	parameters->crc = flash_copy_crc(copy);
	memcpy(copy + LETHE_FLASH_CRC, &parameters->crc, sizeof(parameters->crc));
	code = code != TOOL_OK
		       ? code
		       : write_part(output, start, &at, 0, code_bytes, LETHE_FLASH_CODE_SIZE);
	for (unsigned int i = 0; code == TOOL_OK && i < LETHE_FLASH_COPIES; i++) {
		code = write_part(output, start, &at, at, copy, sizeof(copy));
	}
	if (code == TOOL_OK && flash->tree) {
		code = write_part(output, start, &at, parameters->tree_offset, flash->tree,
				  parameters->tree_size);
	}
	for (unsigned int i = 0; code == TOOL_OK && i < flash->count; i++) {
		code = write_bundle(output, start, &at, parameters->slot[i].offset, &flash->bundle[i]);
	}
	return code != TOOL_OK ? code : write_part(output, start, &at, flash->size, NULL, 0);
}

int flash_write(struct flash *flash, const struct flash_options *options)
{
	struct output output = {.fd = -1};
	struct file inputs[LETHE_FLASH_SLOTS + 1];
	unsigned int count = 0;
	int code;

	for (unsigned int i = 0; i < flash->count; i++) {
		inputs[count++] = flash->bundle[i].file;
	}
	if (flash->tree) {
		inputs[count++] = flash->tree_file;
	}
	code = output_open(&output, options->output, inputs, count);
	if (code == TOOL_OK && options->is_elf) {
		code = write_elf_header(&output, flash);
	}
	if (code == TOOL_OK) {
		code = write_all(&output, flash, options->is_elf ? FLASH_ELF_OFFSET : 0);
	}
	for (unsigned int i = 0; code == TOOL_OK && i < flash->count; i++) {
		code = file_check_unchanged(&flash->bundle[i].file);
	}
	if (code == TOOL_OK) {
		code = output_commit(&output);
	}
	output_abandon(&output);
	return code;
}
