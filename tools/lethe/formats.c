/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernels in formats that Lethe does not open. The message names the format and the unpacking
 * command, which spares users a search. Opening these formats would take a parser for each.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "elf_machine.h"
#include "kernel.h"
#include "paste.h"
#include "tool.h"

uint16_t format_u16(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

uint32_t format_u32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
	       (uint32_t)bytes[3] << 24;
}

/* Formats with a magic number at a fixed place. %s is the file's name. */
/* clang-format off */
static const struct {
	uint32_t offset;
	uint32_t size;
	const char *magic;
	const char *reason;
} known[] = {
	{ 0, 6, "\xfd" "7zXZ\0", "is xz-compressed; unpack it with: unxz < %s > Image" },
	{ 0, 3, "\x5d\0\0", "is lzma-compressed; unpack it with: unlzma < %s > Image" },
	{ 0, 3, "BZh", "is bzip2-compressed; unpack it with: bunzip2 < %s > Image" },
	{ 0, 4, "\x04\x22\x4d\x18", "is lz4-compressed; unpack it with: unlz4 < %s > Image" },
	{ 0, 4, "\x02\x21\x4c\x18", "is lz4-compressed; unpack it with: unlz4 < %s > Image" },
	{ 0, 4, "\x89LZO", "is lzo-compressed; unpack it with: lzop -d < %s > Image" },
	{ 0, 4, "LZIP", "is lzip-compressed; unpack it with: lzip -d < %s > Image" },
	{ 0, 4, "\x27\x05\x19\x56", "is a U-Boot uImage; extract the kernel with: "
		"dumpimage -T kernel -o Image %s" },
	{ 0, 4, "\xd0\x0d\xfe\xed", "is a FIT image or a device tree; extract the kernel of a "
		"FIT image with: dumpimage -T flat_dt -p 0 -o Image %s" },
	{ 0, 8, "ANDROID!", "is an Android boot image; extract the kernel with: "
		"unpack_bootimg --boot_img %s" },
	{ 0, 8, "VNDRBOOT", "is an Android vendor boot image, which has no kernel; extract its "
		"ramdisk and tree with: unpack_bootimg --boot_img %s" },
	{ 0x24, 4, "\x18\x28\x6f\x01", "is a 32-bit Arm zImage (%s); Lethe boots 64-bit Arm only" },
	{ 0x202, 4, "HdrS", "is an x86 bzImage (%s); Lethe boots 64-bit Arm only" },
	{ 56, 4, "RSC\x05", "is a RISC-V Image (%s); Lethe boots 64-bit Arm only" },
};
/* clang-format on */

/* The same for --initrd. Any archive or file system may be one, packed in any way. */
/* clang-format off */
static const struct {
	uint32_t offset;
	uint32_t size;
	const char *magic;
	const char *reason;
} no_initrd[] = {
	{ 0, 4, "\x27\x05\x19\x56", "is a U-Boot uInitrd; unwrap it with: tail -c +65 %s > initrd" },
	{ 0, 4, "\xd0\x0d\xfe\xed", "is a FIT image or a device tree; extract the initrd of a FIT "
		"image with: dumpimage -T flat_dt -p 1 -o initrd %s" },
	{ 0, 8, "ANDROID!", "is an Android boot image; extract the ramdisk with: "
		"unpack_bootimg --boot_img %s" },
	{ 0, 8, "VNDRBOOT", "is an Android vendor boot image; extract the ramdisk with: "
		"unpack_bootimg --boot_img %s" },
	{ 56, 4, "ARM\x64", "is an arm64 Image (%s), which --kernel takes" },
	{ 0, 4, "\x7f" "ELF", "is an ELF file (%s) and no initrd" },
};
/* clang-format on */

static bool elf_refusal(const uint8_t *bytes, uint64_t size, const char *name, char *reason,
			size_t reason_size)
{
	static const unsigned int machine_aarch64 = 183;
	char text[32];

	if (size < 20 || memcmp(bytes, "\x7f" "ELF", 4) != 0) {
		return false;
	}
	/* Byte 5: byte order. Only e_machine is needed, at one place in 32 and 64 bits. */
	unsigned int machine = bytes[5] == 2 ? (unsigned int)(bytes[18] << 8 | bytes[19]) :
					       format_u16(bytes + 18);

	if (machine != machine_aarch64) {
		elf_machine_text(text, sizeof(text), machine);
		snprintf(reason, reason_size, "is an ELF file for another machine (%s, not "
			 "arm64)", text);
	} else {
		snprintf(reason, reason_size, "is an ELF file (vmlinux); make an Image of it with: "
			 "aarch64-linux-gnu-objcopy -O binary -R .note -R .note.gnu.build-id "
			 "-R .comment -S %s Image", name);
	}
	return true;
}

/* The offset of the PE header, which the MZ header states, or 0. */
static uint64_t pe_header(const uint8_t *bytes, uint64_t size)
{
	if (size < 64 || memcmp(bytes, "MZ", 2) != 0) {
		return 0;
	}

	uint64_t pe = format_u32(bytes + 60);

	if (pe < 4 || pe > size || size - pe < 24 || memcmp(bytes + pe, "PE\0\0", 4) != 0) {
		return 0;
	}
	return pe;
}

static bool pe_refusal(const uint8_t *bytes, uint64_t size, const char *name, char *reason,
		       size_t reason_size)
{
	uint64_t pe = pe_header(bytes, size);

	if (pe == 0) {
		return false;
	}

	unsigned int sections = format_u16(bytes + pe + 6);
	uint64_t section = pe + 24 + format_u16(bytes + pe + 20);

	for (unsigned int i = 0; i < sections && section + 40 <= size; i++, section += 40) {
		if (memcmp(bytes + section, ".linux\0", 7) == 0) {
			snprintf(reason, reason_size,
				 "is a unified kernel image (UKI); extract the kernel with: "
				 "aarch64-linux-gnu-objcopy -O binary -j .linux %s Image (and the "
				 "initrd with -j .initrd)", name);
			return true;
		}
	}
	/* A kernel with an EFI stub is a PE file and an Image at once. */
	if (format_u32(bytes + offsetof(struct lethe_image_header, magic)) != LETHE_IMAGE_MAGIC) {
		snprintf(reason, reason_size, "is an EFI program without an arm64 Image header");
		return true;
	}
	return false;
}

bool format_refusal(const uint8_t *bytes, uint64_t size, const char *path, char *reason,
		    size_t reason_size)
{
	char name[TOOL_REASON_SIZE];

	/* The commands are there to be pasted. */
	paste_text(name, sizeof(name), path);
	if (elf_refusal(bytes, size, name, reason, reason_size)) {
		return true;
	}
	/* bzImage first, for a bzImage may be a PE file as well. */
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (size < known[i].offset || size - known[i].offset < known[i].size ||
		    memcmp(bytes + known[i].offset, known[i].magic, known[i].size) != 0) {
			continue;
		}
		/* Inside an Image these bytes may be anything. */
		if (known[i].offset != 0 && size >= sizeof(struct lethe_image_header) &&
		    format_u32(bytes + offsetof(struct lethe_image_header, magic)) ==
		    LETHE_IMAGE_MAGIC) {
			continue;
		}

		const char *place = strstr(known[i].reason, "%s");

		snprintf(reason, reason_size, "%.*s%s%s", (int)(place - known[i].reason),
			 known[i].reason, name, place + 2);
		return true;
	}
	return pe_refusal(bytes, size, name, reason, reason_size);
}

bool format_initrd_refusal(const uint8_t *bytes, uint64_t size, const char *path, char *reason,
			   size_t reason_size)
{
	static const unsigned int multi = 4; /* the type of a uImage with several files */
	char name[TOOL_REASON_SIZE / 2];

	paste_text(name, sizeof(name), path);
	for (size_t i = 0; i < sizeof(no_initrd) / sizeof(no_initrd[0]); i++) {
		const char *place = strstr(no_initrd[i].reason, "%s");

		if (size < no_initrd[i].offset || size - no_initrd[i].offset < no_initrd[i].size ||
		    memcmp(bytes + no_initrd[i].offset, no_initrd[i].magic, no_initrd[i].size) != 0) {
			continue;
		}
		if (i == 0 && size > 30 && bytes[30] == multi) {
			snprintf(reason, reason_size, "is a U-Boot uImage of several files; extract the "
				 "initrd with: dumpimage -T multi -p 1 -o initrd %s", name);
			return true;
		}
		snprintf(reason, reason_size, "%.*s%s%s", (int)(place - no_initrd[i].reason),
			 no_initrd[i].reason, name, place + 2);
		return true;
	}
	return false;
}
