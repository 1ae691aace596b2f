/* SPDX-License-Identifier: BSD-2-Clause */
/* One object: its headers, its symbols. Every offset and size is checked before its use. */
#include <elf.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "purgatory_elf.h"
#include "tool.h"

/* kexec/kexec-elf-rel.c and arch/arm64/kexec-arm64.c. Size 0: any size. */
static const struct {
	const char *name;
	uint64_t size;
} wanted[] = {
	{"purgatory_start", 0}, {"arm64_sink", 8},  {"arm64_kernel_entry", 8},
	{"arm64_dtb_addr", 8},  {"skip_checks", 4}, {"sha256_regions", 256},
	{"sha256_digest", 32},
};

/* Far more than a purgatory has: a damaged file cannot make the search long. */
#define SECTIONS_MAX 1024U
#define SYMBOLS_MAX  65536U

struct object {
	const uint8_t *bytes;
	uint64_t size;
	Elf64_Ehdr header;
};

/* True if [offset, offset + size) is within the first limit bytes. */
static bool within(uint64_t offset, uint64_t size, uint64_t limit)
{
	return offset <= limit && size <= limit - offset;
}

static Elf64_Shdr section_at(const struct object *object, uint64_t index)
{
	Elf64_Shdr section;

	/* A copy, for an object inside of a file may lie unaligned. */
	memcpy(&section, object->bytes + object->header.e_shoff + index * sizeof(section),
	       sizeof(section));
	return section;
}

/* The end of the last section or table, or 0 with a reason. */
static uint64_t extent(const struct object *object, char *reason, size_t reason_size)
{
	const Elf64_Ehdr *header = &object->header;
	uint64_t table = (uint64_t)header->e_shnum * sizeof(Elf64_Shdr);
	uint64_t end = header->e_shoff + table;

	if (header->e_shentsize != sizeof(Elf64_Shdr) || header->e_shnum == 0 ||
	    header->e_shnum > SECTIONS_MAX ||
	    !within(header->e_shoff, table, object->size)) {
		snprintf(reason, reason_size, "its table of sections is damaged");
		return 0;
	}
	for (uint64_t i = 1; i < header->e_shnum; i++) {
		Elf64_Shdr section = section_at(object, i);

		if (section.sh_type == SHT_NULL || section.sh_type == SHT_NOBITS) {
			continue;
		}
		if (!within(section.sh_offset, section.sh_size, object->size)) {
			snprintf(reason, reason_size, "its section %" PRIu64 " is not in the file",
				 i);
			return 0;
		}
		if (end < section.sh_offset + section.sh_size) {
			end = section.sh_offset + section.sh_size;
		}
	}
	return end;
}

/* Finds the global symbol name in one table. Weak symbols do not count, for kexec ignores them. */
static bool find_in(const struct object *object, const Elf64_Shdr *table, const char *name,
		    Elf64_Sym *found)
{
	if (table->sh_link == 0 || table->sh_link >= object->header.e_shnum) {
		return false;
	}

	Elf64_Shdr strings = section_at(object, table->sh_link);
	size_t length = strlen(name) + 1;

	if (strings.sh_type != SHT_STRTAB || table->sh_size / sizeof(*found) > SYMBOLS_MAX) {
		return false;
	}
	for (uint64_t i = 0; i < table->sh_size / sizeof(*found); i++) {
		memcpy(found, object->bytes + table->sh_offset + i * sizeof(*found),
		       sizeof(*found));
		if (ELF64_ST_BIND(found->st_info) == STB_GLOBAL &&
		    within(found->st_name, length, strings.sh_size) &&
		    memcmp(object->bytes + strings.sh_offset + found->st_name, name, length) == 0) {
			return true;
		}
	}
	return false;
}

static bool find_symbol(const struct object *object, const char *name, Elf64_Sym *found)
{
	for (uint64_t i = 1; i < object->header.e_shnum; i++) {
		Elf64_Shdr section = section_at(object, i);

		if (section.sh_type == SHT_SYMTAB) {
			return find_in(object, &section, name, found); /* ELF allows one table */
		}
	}
	return false;
}

/* Checks a symbol that kexec reads or writes: true, or false with a reason. */
static bool check_symbol(const struct object *object, const char *name, uint64_t size, char *reason,
			 size_t reason_size)
{
	Elf64_Sym symbol;

	if (!find_symbol(object, name, &symbol)) {
		snprintf(reason, reason_size, "it has no global symbol %s", name);
		return false;
	}
	if (symbol.st_shndx == SHN_UNDEF || symbol.st_shndx >= object->header.e_shnum) {
		snprintf(reason, reason_size, "its symbol %s is not defined in a section", name);
		return false;
	}
	if (size != 0 && symbol.st_size != size) {
		snprintf(reason, reason_size,
			 "its symbol %s has %" PRIu64 " bytes, %" PRIu64 " are expected", name,
			 (uint64_t)symbol.st_size, size);
		return false;
	}

	Elf64_Shdr section = section_at(object, symbol.st_shndx);

	if (section.sh_type == SHT_NOBITS || section.sh_type == SHT_NULL) {
		snprintf(reason, reason_size, "its symbol %s is in a section without bytes", name);
		return false;
	}
	if (!within(symbol.st_value, symbol.st_size, section.sh_size)) {
		snprintf(reason, reason_size, "its symbol %s is outside of its section", name);
		return false;
	}
	return true;
}

bool purgatory_parse(const uint8_t *bytes, uint64_t size, struct purgatory *found, char *reason,
		     size_t reason_size)
{
	struct object object = {bytes, size, {.e_type = ET_NONE}};
	Elf64_Sym symbol;

	memset(found, 0, sizeof(*found));
	if (size < sizeof(object.header)) {
		snprintf(reason, reason_size, "it is cut off");
		return false;
	}
	memcpy(&object.header, bytes, sizeof(object.header));
	found->size = extent(&object, reason, reason_size);
	if (found->size == 0) {
		return false;
	}
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		if (!check_symbol(&object, wanted[i].name, wanted[i].size, reason, reason_size)) {
			return false;
		}
	}
	found->room = found->size;
	found->is_lethe =
		find_symbol(&object, "lethe_purgatory", &symbol) && symbol.st_shndx != SHN_UNDEF;
	return true;
}
