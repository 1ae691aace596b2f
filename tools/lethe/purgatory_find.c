/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the purgatory in a kexec binary by its bytes: a stripped binary has no symbol for it. */
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "elf_machine.h"
#include "purgatory_elf.h"
#include "tool.h"

/* kexec has one; each is read whole, so that many would take long. */
#define OBJECTS_MAX 64U

/* True if the bytes begin with the header of a 64-bit little-endian ELF file, of any type. */
static bool is_elf64(const uint8_t *bytes, uint64_t size, Elf64_Ehdr *header)
{
	if (size < sizeof(*header) || memcmp(bytes, ELFMAG, SELFMAG) != 0) {
		return false;
	}
	memcpy(header, bytes, sizeof(*header));
	return header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_ident[EI_DATA] == ELFDATA2LSB &&
	       header->e_ident[EI_VERSION] == EV_CURRENT;
}

/* Checks that the file is an arm64 program: true, or false with a reason. */
static bool check_program(const uint8_t *bytes, uint64_t size, char *reason, size_t reason_size)
{
	Elf64_Ehdr header;
	char text[32];

	if (size < SELFMAG || memcmp(bytes, ELFMAG, SELFMAG) != 0) {
		snprintf(reason, reason_size, "is no ELF file");
		return false;
	}
	if (!is_elf64(bytes, size, &header)) {
		snprintf(reason, reason_size, "is no 64-bit little-endian ELF file");
		return false;
	}
	if (header.e_machine != EM_AARCH64) {
		elf_machine_text(text, sizeof(text), header.e_machine);
		snprintf(reason, reason_size, "is not for arm64 but for %s", text);
		return false;
	}
	if (header.e_type != ET_EXEC && header.e_type != ET_DYN) {
		snprintf(reason, reason_size, "is no program: ELF type %u", header.e_type);
		return false;
	}
	return true;
}

/* True if the bytes hold this number in 64 bits, at any alignment. */
static bool holds_word(const uint8_t *bytes, uint64_t size, uint64_t number)
{
	while (size >= sizeof(number)) {
		const uint8_t *next = memchr(bytes, (int)(number & 0xff), size - sizeof(number) + 1);

		if (!next) {
			return false;
		}
		if (memcmp(next, &number, sizeof(number)) == 0) {
			return true;
		}
		size -= (uint64_t)(next + 1 - bytes);
		bytes = next + 1;
	}
	return false;
}

/*
 * A grafted object may be shorter than the object before it. Zeros then follow, the last of which
 * may belong to kexec's other data. The length of kexec's own purgatory is still in kexec's data,
 * behind the object, as purgatory_size. Each word there is a candidate if a purgatory of this
 * length would end within the zeros. The largest candidate is the room. If no word fits, the room
 * is the object's own size. Damaged headers may state any size: kexec's data has to hold the same.
 */
static void find_room(const uint8_t *bytes, uint64_t size, struct purgatory *object)
{
	uint64_t end = object->offset + object->size;
	uint64_t most = object->size;

	object->is_confirmed = holds_word(bytes + end, size - end, object->size);
	if (!object->is_lethe) {
		return;
	}
	while (end < size && bytes[end] == 0) {
		end++;
		most++;
	}
	for (uint64_t at = tool_round_up(end, 8); at < size && size - at >= 8; at += 8) {
		uint64_t word;

		memcpy(&word, bytes + at, sizeof(word));
		if (word > object->room && word <= most) {
			object->room = word;
			object->is_confirmed = true;
		}
	}
}

bool purgatory_find(const uint8_t *bytes, uint64_t size, struct purgatory *object, char *reason,
		    size_t reason_size)
{
	char first[TOOL_REASON_SIZE] = "";
	unsigned int objects = 0;
	unsigned int found = 0;

	if (!check_program(bytes, size, reason, reason_size)) {
		return false;
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
		if (++objects > OBJECTS_MAX) {
			snprintf(reason, reason_size, "there are more than %u objects in it",
				 OBJECTS_MAX);
			return false;
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
		return false;
	}
	find_room(bytes, size, object);
	return true;
}
