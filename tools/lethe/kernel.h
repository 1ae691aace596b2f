/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_KERNEL_H
#define LETHE_TOOL_KERNEL_H

/* A file for --kernel: an arm64 Image, plain or packed. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lethe/image.h>

struct kernel {
	const uint8_t *bytes; /* the Image: inside the input, or unpacked */
	uint64_t size;
	uint64_t mem_size;    /* with bss, from its first byte on */
	uint64_t text_offset; /* from a 2 MiB boundary; below 2 MiB */
	struct lethe_image_header header;
	bool has_end;        /* something but image_size says where the Image ends */
	bool is_unknown;     /* refused, for its format has no name */
	bool has_image_size; /* false: Linux before 3.17, and mem_size is a guess */
	char packing[24];   /* "", "gzip", "zstd", "EFI zboot, zstd" ... */
	uint8_t *unpacked;  /* to be freed, or null */
};

/* The most that an Image may unpack to, and may state as its image_size. */
#define KERNEL_SIZE_MAX 0x40000000ULL

/*
 * Finds the Image in a file. Messages show name in commands to type. limit bounds the unpacked
 * size. Returns true, or false with a reason: the kind of the file, and the command that makes an
 * Image of this kind.
 */
bool kernel_parse(const uint8_t *bytes, uint64_t size, const char *name, uint64_t limit,
		  struct kernel *kernel, char *reason, size_t reason_size);

/* May be called on a zeroed struct. */
void kernel_free(struct kernel *kernel);

/*
 * formats.c: names the format of a file that is no Image, with the command that makes an Image.
 * Returns true with a reason, or false if the format is unknown.
 */
bool format_refusal(const uint8_t *bytes, uint64_t size, const char *name, char *reason,
		    size_t reason_size);

/* As format_refusal(), of a file for --initrd that no kernel takes as one. */
bool format_initrd_refusal(const uint8_t *bytes, uint64_t size, const char *name, char *reason,
			   size_t reason_size);

/*
 * image_end.c: refuses an Image that is cut short, or has a tree or another Image appended. Returns
 * true with *has_end (the Image says where it ends), or false with a reason.
 */
bool image_check_end(const uint8_t *bytes, uint64_t size, bool *has_end, char *reason,
		     size_t reason_size);

/* True if an arm64 Image header stands at at. */
bool image_at(const uint8_t *bytes, uint64_t size, uint64_t at);

/* Little-endian fields at any alignment. */
uint16_t format_u16(const uint8_t *bytes);
uint32_t format_u32(const uint8_t *bytes);

#endif
