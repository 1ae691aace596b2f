/* SPDX-License-Identifier: BSD-2-Clause */
/* Where in a kexec binary its purgatory is. Stripped, it has no symbol for it: the bytes tell. */
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "elf_machine.h"
#include "purgatory_elf.h"
#include "tool.h"

/* The header of a 64-bit little-endian ELF file, whatever kind. */
static int is_elf64(const uint8_t *bytes, uint64_t size, Elf64_Ehdr *header)
{
	if (size < sizeof(*header) || memcmp(bytes, ELFMAG, SELFMAG) != 0) {
		return 0;
	}
	memcpy(header, bytes, sizeof(*header));
	return header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_ident[EI_DATA] == ELFDATA2LSB &&
	       header->e_ident[EI_VERSION] == EV_CURRENT;
}

/* Is the whole an arm64 program? */
static int check_program(const uint8_t *bytes, uint64_t size, char *reason, size_t reason_size)
{
	Elf64_Ehdr header;
	char text[32];

	if (size < SELFMAG || memcmp(bytes, ELFMAG, SELFMAG) != 0) {
		snprintf(reason, reason_size, "is no ELF file");
		return 0;
	}
	if (!is_elf64(bytes, size, &header)) {
		snprintf(reason, reason_size, "is no 64-bit little-endian ELF file");
		return 0;
	}
	if (header.e_machine != EM_AARCH64) {
		elf_machine_text(text, sizeof(text), header.e_machine);
		snprintf(reason, reason_size, "is not for arm64 but for %s", text);
		return 0;
	}
	if (header.e_type != ET_EXEC && header.e_type != ET_DYN) {
		snprintf(reason, reason_size, "is no program: ELF type %u", header.e_type);
		return 0;
	}
	return 1;
}

/*
 * Behind a grafted object that is shorter than the one before it there are zeros, and perhaps a few
 * more that are somebody else's. The length of the first one is still in kexec's data
 * (purgatory_size), which lies behind: of the words there that end in these zeros it is the
 * largest, unless another one happens to be as close to it. None: no room but the object's own.
 */
static void find_room(const uint8_t *bytes, uint64_t size, struct purgatory *object)
{
	uint64_t end = object->offset + object->size;
	uint64_t most = object->size;

	while (end < size && bytes[end] == 0) {
		end++;
		most++;
	}
	for (uint64_t at = tool_round_up(end, 8); at < size && size - at >= 8; at += 8) {
		uint64_t word;

		memcpy(&word, bytes + at, sizeof(word));
		if (word > object->room && word <= most) {
			object->room = word;
		}
	}
}

int purgatory_find(const uint8_t *bytes, uint64_t size, struct purgatory *object, char *reason,
		   size_t reason_size)
{
	char first[TOOL_REASON_SIZE] = "";
	unsigned int found = 0;

	if (!check_program(bytes, size, reason, reason_size)) {
		return 0;
	}
	for (uint64_t at = 1; at < size; at++) {
		const uint8_t *next = memchr(bytes + at, ELFMAG[0], size - at);
		struct purgatory candidate;
		Elf64_Ehdr header;
		char why[TOOL_REASON_SIZE / 2];

		if (!next) {
			break;
		}
		at = (uint64_t)(next - bytes);
		if (!is_elf64(next, size - at, &header) || header.e_type != ET_REL ||
		    header.e_machine != EM_AARCH64) {
			continue;
		}
		if (purgatory_parse(next, size - at, &candidate, why, sizeof(why))) {
			*object = candidate;
			object->offset = at;
			found++;
			at += candidate.size - 1;
		} else if (!*first) {
			snprintf(first, sizeof(first),
				 "the object at offset %#" PRIx64 " is no purgatory: %s", at, why);
		}
	}
	if (found != 1) {
		if (found == 0) {
			snprintf(reason, reason_size, "%s",
				 *first ? first : "there is no purgatory in it");
		} else {
			snprintf(reason, reason_size, "there are %u purgatories in it", found);
		}
		return 0;
	}
	if (object->is_lethe) {
		find_room(bytes, size, object);
	}
	return 1;
}
