/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_FLASH_VIEW_H
#define LETHE_TOOL_FLASH_VIEW_H

/* A flash file as found, sound or damaged: all readable parts, and every problem. */

#include <stdbool.h>
#include <stdint.h>

#include <lethe/flash.h>

#include "file.h"
#include "progress.h"
#include "view.h"

#define FLASH_VIEW_PROBLEMS 24U

struct flash_view_copy {
	bool is_there; /* flash is filled in */
	bool is_sound; /* magic, version and CRC are right */
	uint32_t crc;  /* as found */
	struct lethe_flash flash;
};

struct flash_view_slot {
	bool is_there; /* the file has all of its room, or at least the start of a bundle in it */
	uint64_t size; /* of the bundle */
	struct view *view;
};

struct flash_view {
	const uint8_t *bytes; /* from byte 0 of the flash, behind an ELF header */
	uint64_t size;
	bool is_elf;
	uint64_t offset; /* of these bytes in the file */
	struct lethe_flash_head head;
	uint32_t code_crc; /* as found */
	enum view_verdict code_verdict;
	struct flash_view_copy copy[LETHE_FLASH_COPIES];
	const struct lethe_flash *flash; /* the first sound copy, or null */
	uint32_t tree_crc;
	enum view_verdict tree_verdict; /* unknown: the file has none */
	struct flash_view_slot slot[LETHE_FLASH_SLOTS];
	unsigned int problem_count;
	struct {
		int code;
		char text[TOOL_REASON_SIZE];
	} problem[FLASH_VIEW_PROBLEMS];
};

/* True if the bytes are a flash file, or an ELF file of one, by the magic of the head or of a copy.
 */
bool flash_view_is(const uint8_t *bytes, uint64_t size);

/* Reads and checks all of it, bundles too. bytes must outlive the view. */
void flash_view_open(struct flash_view *view, const uint8_t *bytes, uint64_t size);

/* Digests the bundles; as view_digest(). */
void flash_view_digest(struct flash_view *view, struct progress *progress);
uint64_t flash_view_digest_size(const struct flash_view *view);

void flash_view_close(struct flash_view *view);

/* The exit code: the highest code of all problems, or TOOL_OK. */
int flash_view_code(const struct flash_view *view);

/* Prints all problems on stderr, those of bundles with their slot. */
void flash_view_complain(const struct flash_view *view, const char *name);

/* flash_print.c, flash_json.c, flash_verify.c: what inspect and verify print; they return the exit
 * code. */
int flash_inspect(const struct file *file, bool is_json);
int flash_verify(const struct file *file);
void flash_json_print(const struct flash_view *view, const char *name);

#endif
