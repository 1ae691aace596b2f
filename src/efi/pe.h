/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PE_H
#define LETHE_PE_H

/*
 * The headers of a PE32+ image, little-endian (Microsoft's PE Format). `lethe pack` writes a
 * bundle's, the EFI door reads the kernel's.
 */

#include <stdint.h>

#define PE_OFFSET_AT              0x3cU       /* of the signature, from byte 0 */
#define PE_SIGNATURE              0x00004550U /* "PE\0\0" */
#define PE_MACHINE_ARM64          0xaa64U
#define PE_MAGIC_PLUS             0x20bU
#define PE_SUBSYSTEM_EFI          10U    /* EFI application */
#define PE_NX_COMPAT              0x100U /* of dll_characteristics */
#define PE_EXECUTABLE             0x206U /* executable; line numbers and debug information stripped */
#define PE_SECTION_CODE           0x60000020U /* code, execute, read */
#define PE_SECTION_CONST          0x40000040U /* initialized data, read */
#define PE_SECTION_DATA           0xc0000040U /* initialized data, read, write */
#define PE_SECTION_EXECUTE        0x20000000U
#define PE_SECTION_WRITE          0x80000000U
#define PE_DIRECTORIES            6U
#define PE_DIRECTORY_CERTIFICATES 4U /* its address is an offset in the file */
#define PE_DIRECTORY_RELOCATIONS  5U

struct pe_directory {
	uint32_t address;
	uint32_t size;
};

struct pe_header {
	uint32_t signature;
	/* COFF */
	uint16_t machine;
	uint16_t section_count;
	uint32_t time;
	uint32_t symbols, symbol_count;
	uint16_t optional_size; /* of what follows, up to the section table */
	uint16_t characteristics;
	/* optional header */
	uint16_t magic;
	uint8_t linker_major, linker_minor;
	uint32_t code_size, data_size, bss_size;
	uint32_t entry;
	uint32_t code_base;
	uint64_t image_base;
	uint32_t section_alignment, file_alignment;
	uint16_t os_major, os_minor;
	uint16_t image_major, image_minor;
	uint16_t subsystem_major, subsystem_minor;
	uint32_t win32_version;
	uint32_t image_size;
	uint32_t headers_size;
	uint32_t checksum;
	uint16_t subsystem;
	uint16_t dll_characteristics;
	uint64_t stack_reserve, stack_commit, heap_reserve, heap_commit;
	uint32_t loader_flags;
	uint32_t directory_count;
	struct pe_directory directory[PE_DIRECTORIES];
};

struct pe_section {
	char name[8];
	uint32_t memory_size;
	uint32_t address;
	uint32_t file_size;
	uint32_t file_offset;
	uint32_t relocations, lines;
	uint16_t relocation_count, line_count;
	uint32_t characteristics;
};

_Static_assert(sizeof(struct pe_header) == 4 + 20 + 112 + PE_DIRECTORIES * 8, "PE32+");
_Static_assert(sizeof(struct pe_section) == 40, "PE32+");

/* WIN_CERTIFICATE: each in a certificate table begins at a multiple of 8. */
struct pe_certificate {
	uint32_t length; /* with these 8 bytes */
	uint16_t revision;
	uint16_t type;
};

#define PE_CERTIFICATE_REVISION 0x200U
#define PE_CERTIFICATE_PKCS7    2U

#endif
