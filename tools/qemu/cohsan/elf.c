/* SPDX-License-Identifier: BSD-2-Clause */
/* Symbols and loaded parts of a 64-bit little-endian ELF. */
#include "cohsan.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct symbol {
	uint64_t address;
	const char *name;
};

static uint8_t *file;
static size_t file_size;
static const Elf64_Ehdr *header;
static const Elf64_Phdr *segments;
static struct symbol *symbols;
static size_t symbol_count;
static uint64_t bias; /* address in memory minus address in the file */

static bool inside(uint64_t offset, uint64_t size)
{
	return offset <= file_size && size <= file_size - offset;
}

static int by_address(const void *a, const void *b)
{
	uint64_t x = ((const struct symbol *)a)->address;
	uint64_t y = ((const struct symbol *)b)->address;

	return x < y ? -1 : x > y;
}

static void read_symbols(const Elf64_Shdr *sections, const Elf64_Shdr *table)
{
	const Elf64_Sym *entry = (const Elf64_Sym *)(file + table->sh_offset);
	size_t count = table->sh_size / sizeof(*entry);
	const Elf64_Shdr *strings;
	size_t i;

	if (table->sh_link >= header->e_shnum || !inside(table->sh_offset, table->sh_size)) {
		return;
	}
	strings = &sections[table->sh_link];
	if (!inside(strings->sh_offset, strings->sh_size) || strings->sh_size == 0 ||
	    file[strings->sh_offset + strings->sh_size - 1] != '\0') {
		return;
	}
	symbols = calloc(count, sizeof(*symbols));
	for (i = 0; i < count && symbols != NULL; i++) {
		const char *name = (const char *)file + strings->sh_offset + entry[i].st_name;

		/* Not the mapping symbols $x and $d, nor files and sections. */
		if (entry[i].st_name < strings->sh_size && entry[i].st_shndx != SHN_UNDEF &&
		    ELF64_ST_TYPE(entry[i].st_info) < STT_SECTION && name[0] != '\0' && name[0] != '$') {
			symbols[symbol_count].address = entry[i].st_value;
			symbols[symbol_count++].name = name;
		}
	}
	qsort(symbols, symbol_count, sizeof(*symbols), by_address);
}

static bool read_file(const char *path)
{
	FILE *in = fopen(path, "rb");
	long size;

	if (in == NULL) {
		return false;
	}
	if (fseek(in, 0, SEEK_END) == 0 && (size = ftell(in)) > 0 && fseek(in, 0, SEEK_SET) == 0) {
		file = malloc((size_t)size);
		file_size = file != NULL ? fread(file, 1, (size_t)size, in) : 0;
	}
	fclose(in);
	return file_size != 0;
}

bool elf_open(const char *path)
{
	const Elf64_Shdr *sections;
	unsigned int i;

	if (!read_file(path)) {
		fprintf(stderr, "cohsan: elf=%s: cannot be read\n", path);
		return false;
	}
	header = (const Elf64_Ehdr *)file;
	if (file_size < sizeof(*header) || memcmp(file, ELFMAG, SELFMAG) != 0 ||
	    file[EI_CLASS] != ELFCLASS64 || file[EI_DATA] != ELFDATA2LSB ||
	    !inside(header->e_phoff, (uint64_t)header->e_phnum * sizeof(*segments)) ||
	    !inside(header->e_shoff, (uint64_t)header->e_shnum * sizeof(*sections))) {
		fprintf(stderr, "cohsan: elf=%s: no 64-bit little-endian ELF\n", path);
		return false;
	}
	segments = (const Elf64_Phdr *)(file + header->e_phoff);
	sections = (const Elf64_Shdr *)(file + header->e_shoff);
	for (i = 0; i < header->e_shnum; i++) {
		if (sections[i].sh_type == SHT_SYMTAB) {
			read_symbols(sections, &sections[i]);
		}
	}
	return true;
}

bool elf_symbol(const char *name, uint64_t *address)
{
	size_t i;

	for (i = 0; i < symbol_count; i++) {
		if (strcmp(symbols[i].name, name) == 0) {
			*address = symbols[i].address;
			return true;
		}
	}
	return false;
}

uint64_t elf_entry(void)
{
	return header->e_entry;
}

void elf_loaded_at(uint64_t pa)
{
	uint64_t lowest = ~0ULL;
	unsigned int i;

	for (i = 0; header != NULL && i < header->e_phnum; i++) {
		const Elf64_Phdr *segment = &segments[i];

		if (segment->p_type != PT_LOAD) {
			continue;
		}
		if (pa - segment->p_paddr < segment->p_memsz) {
			return; /* loaded at the link address */
		}
		lowest = segment->p_paddr < lowest ? segment->p_paddr : lowest;
	}
	bias = lowest != ~0ULL ? pa - lowest : 0;
}

bool elf_image(struct ranges *ranges)
{
	bool any = false;
	unsigned int i;

	for (i = 0; header != NULL && i < header->e_phnum; i++) {
		if (segments[i].p_type == PT_LOAD && segments[i].p_filesz != 0) {
			uint64_t lo = segments[i].p_paddr + bias;

			any = true;
			ranges_add(ranges, (struct range){.lo = lo, .hi = lo + segments[i].p_filesz,
							  .world = WORLD_CLEAN});
		}
	}
	return any;
}

const char *elf_name(uint64_t pc, char *buffer, size_t size)
{
	uint64_t address = pc - bias;
	size_t low = 0;
	size_t high = symbol_count;

	while (low < high) { /* the first symbol above the address */
		size_t middle = low + (high - low) / 2;

		if (symbols[middle].address <= address) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	/* An address a megabyte behind the last symbol no longer belongs to this symbol. */
	if (low == 0 || address - symbols[low - 1].address > 0x100000) {
		return "?";
	}
	snprintf(buffer, size, "%s+0x%llx", symbols[low - 1].name,
		 (unsigned long long)(address - symbols[low - 1].address));
	return buffer;
}
