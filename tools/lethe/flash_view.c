/* SPDX-License-Identifier: BSD-2-Clause */
#include "flash_view.h"

#include <elf.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <lethe/fdt.h>
#include <lethe/image.h>

#include "flash.h"

#define HEAD_MAGIC offsetof(struct lethe_flash_head, magic)

static void problem(struct flash_view *view, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void problem(struct flash_view *view, int code, const char *format, ...)
{
	/* There are never so many; the last entry is reused. */
	const unsigned int i = view->problem_count < FLASH_VIEW_PROBLEMS ? view->problem_count++
									 : FLASH_VIEW_PROBLEMS - 1;
	va_list arguments;

	view->problem[i].code = code;
	va_start(arguments, format);
	vsnprintf(view->problem[i].text, sizeof(view->problem[i].text), format, arguments);
	va_end(arguments);
}

static bool has_magic(const uint8_t *bytes, uint64_t size, uint64_t offset)
{
	uint64_t magic;

	if (size < offset || size - offset < sizeof(magic)) {
		return false;
	}
	memcpy(&magic, bytes + offset, sizeof(magic));
	return magic == LETHE_FLASH_MAGIC;
}

/* A head that lost its magic is found by what is behind it. */
static bool is_flash(const uint8_t *bytes, uint64_t size)
{
	return has_magic(bytes, size, HEAD_MAGIC) ||
	       has_magic(bytes, size, LETHE_FLASH_CODE_SIZE) ||
	       has_magic(bytes, size, LETHE_FLASH_CODE_SIZE + LETHE_FLASH_COPY_SIZE);
}

/* The one segment of an arm64 ELF file. False if it is none. */
static bool find_segment(const uint8_t *bytes, uint64_t size, Elf64_Phdr *segment)
{
	Elf64_Ehdr header;

	if (size < sizeof(header)) {
		return false;
	}
	memcpy(&header, bytes, sizeof(header));
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != EM_AARCH64 ||
	    header.e_phnum != 1 || header.e_phentsize != sizeof(*segment) ||
	    header.e_phoff > size - sizeof(*segment)) {
		return false;
	}
	memcpy(segment, bytes + header.e_phoff, sizeof(*segment));
	return segment->p_type == PT_LOAD && segment->p_offset <= size;
}

bool flash_view_is(const uint8_t *bytes, uint64_t size)
{
	Elf64_Phdr segment;

	return is_flash(bytes, size) ||
	       (find_segment(bytes, size, &segment) &&
		is_flash(bytes + segment.p_offset, size - segment.p_offset));
}

/* Takes the ELF header off. */
static void unwrap(struct flash_view *view, const uint8_t *bytes, uint64_t size)
{
	Elf64_Phdr segment;
	Elf64_Ehdr header;

	view->bytes = bytes;
	view->size = size;
	if (is_flash(bytes, size) || !find_segment(bytes, size, &segment)) {
		return;
	}
	view->is_elf = true;
	view->offset = segment.p_offset;
	view->bytes += view->offset;
	view->size -= view->offset;
	if (segment.p_filesz < view->size) {
		problem(view, TOOL_CONTENT, "ELF header: %" PRIu64 " bytes follow its segment",
			view->size - segment.p_filesz);
		view->size = segment.p_filesz;
	} else if (segment.p_filesz > view->size) {
		problem(view, TOOL_CONTENT, "ELF header: the file ends before its segment does");
	}
	memcpy(&header, bytes, sizeof(header));
	if (header.e_entry != segment.p_paddr || segment.p_vaddr != segment.p_paddr ||
	    segment.p_memsz != segment.p_filesz) {
		problem(view, TOOL_CONTENT,
			"ELF header: its entry is not the start of its segment");
	}
}

static void read_copy(struct flash_view *view, unsigned int i)
{
	const uint64_t at = LETHE_FLASH_CODE_SIZE + i * LETHE_FLASH_COPY_SIZE;
	struct flash_view_copy *copy = &view->copy[i];

	if (view->size < at + LETHE_FLASH_COPY_SIZE) {
		problem(view, TOOL_CONTENT, "parameters %u: the file ends before them", i);
		return;
	}
	copy->is_there = true;
	memcpy(&copy->flash, view->bytes + at, sizeof(copy->flash));
	copy->crc = flash_copy_crc(view->bytes + at);
	if (copy->flash.magic != LETHE_FLASH_MAGIC) {
		problem(view, TOOL_CONTENT, "parameters %u: magic is wrong", i);
	} else if (copy->crc != copy->flash.crc) {
		problem(view, TOOL_CONTENT,
			"parameters %u: CRC does not match: 0x%08" PRIx32 ", not 0x%08" PRIx32, i,
			copy->crc, copy->flash.crc);
	} else if (copy->flash.version != LETHE_FLASH_VERSION) {
		problem(view, TOOL_UNREADABLE, "parameters %u: version %" PRIu32 " is unknown", i,
			copy->flash.version);
	} else {
		copy->is_sound = true;
		view->flash = view->flash ? view->flash : &copy->flash;
	}
}

static void read_code(struct flash_view *view)
{
	if (view->size < LETHE_FLASH_CODE_SIZE) {
		problem(view, TOOL_CONTENT, "front end: the file ends before it does");
		view->code_verdict = VIEW_MISSING;
		return;
	}
	memcpy(&view->head, view->bytes, sizeof(view->head));
	view->code_crc = (uint32_t)crc32(0, view->bytes, LETHE_FLASH_CODE_SIZE);
	if (!view->flash) {
		return;
	}
	view->code_verdict = view->code_crc == view->flash->code_crc ? VIEW_OK : VIEW_BAD;
	if (view->code_verdict == VIEW_BAD) {
		problem(view, TOOL_CONTENT,
			"front end: CRC does not match: 0x%08" PRIx32 ", not 0x%08" PRIx32,
			view->code_crc, view->flash->code_crc);
	}
}

static void read_tree(struct flash_view *view)
{
	const struct lethe_flash *flash = view->flash;
	uint32_t total;

	if (flash->tree_offset == 0) {
		return;
	}
	if (flash->tree_offset > view->size || flash->tree_size > view->size - flash->tree_offset) {
		problem(view, TOOL_CONTENT, "tree: the file ends before it does");
		view->tree_verdict = VIEW_MISSING;
		return;
	}
	view->tree_crc = (uint32_t)crc32(0, view->bytes + flash->tree_offset, flash->tree_size);
	view->tree_verdict = view->tree_crc == flash->tree_crc ? VIEW_OK : VIEW_BAD;
	if (view->tree_verdict == VIEW_BAD) {
		problem(view, TOOL_CONTENT,
			"tree: CRC does not match: 0x%08" PRIx32 ", not 0x%08" PRIx32,
			view->tree_crc, flash->tree_crc);
	} else if (flash->tree_size < 40 ||
		   lethe_fdt_probe(view->bytes + flash->tree_offset, &total) != LETHE_OK ||
		   total > flash->tree_size) {
		problem(view, TOOL_UNREADABLE, "tree: is no flattened device tree");
	}
}

/* Bytes of the bundle that begins here: its own header knows. */
static uint64_t bundle_size(const uint8_t *bytes, uint64_t room)
{
	struct lethe_blob_header blob;

	if (room >= LETHE_BLOB_OFFSET + sizeof(blob)) {
		memcpy(&blob, bytes + LETHE_BLOB_OFFSET, sizeof(blob));
		if (blob.magic == LETHE_BLOB_MAGIC && blob.file_size <= room) {
			return blob.file_size;
		}
	}
	return room;
}

static void read_slot(struct flash_view *view, unsigned int i)
{
	const struct lethe_flash *flash = view->flash;
	const uint64_t offset = flash->slot[i].offset;
	struct flash_view_slot *slot = &view->slot[i];
	uint64_t room;

	if (offset == 0) {
		return;
	}
	if (offset >= view->size) {
		problem(view, TOOL_CONTENT, "slot %u: the file ends before it", i);
		return;
	}
	room = flash->slot[i].room < view->size - offset ? flash->slot[i].room
							 : view->size - offset;
	slot->is_there = true;
	slot->size = bundle_size(view->bytes + offset, room);
	slot->view = tool_alloc(sizeof(*slot->view));
	view_open(slot->view, view->bytes + offset, slot->size);
	if (slot->view->has_image && slot->view->image.image_size > flash->load_size) {
		problem(view, TOOL_CONTENT,
			"slot %u: image_size 0x%" PRIx64
			" is more than its place in RAM has, 0x%" PRIx64,
			i, slot->view->image.image_size, flash->load_size);
	}
}

/* What is behind the file's own end is there to make it as long as a device. */
static void check_end(struct flash_view *view)
{
	const uint64_t end = view->flash->file_size;

	if (view->size < end) {
		problem(view, TOOL_CONTENT,
			"the file is truncated: %" PRIu64 " of %" PRIu64 " bytes", view->size, end);
		return;
	}
	for (uint64_t i = end; i < view->size; i++) {
		if (view->bytes[i] != 0xff) {
			problem(view, TOOL_CONTENT,
				"byte at offset 0x%" PRIx64
				" is behind the file's end and not 0xff",
				i);
			return;
		}
	}
}

void flash_view_open(struct flash_view *view, const uint8_t *bytes, uint64_t size)
{
	memset(view, 0, sizeof(*view));
	unwrap(view, bytes, size);
	for (unsigned int i = 0; i < LETHE_FLASH_COPIES; i++) {
		read_copy(view, i);
	}
	read_code(view);
	if (view->copy[0].is_sound && view->copy[1].is_sound &&
	    memcmp(&view->copy[0].flash, &view->copy[1].flash, sizeof(view->copy[0].flash)) != 0) {
		problem(view, TOOL_CONTENT, "parameters: the two copies are not the same");
	}
	if (!view->flash) {
		return;
	}
	read_tree(view);
	for (unsigned int i = 0; i < LETHE_FLASH_SLOTS; i++) {
		read_slot(view, i);
	}
	check_end(view);
}

uint64_t flash_view_digest_size(const struct flash_view *view)
{
	uint64_t size = 0;

	for (unsigned int i = 0; i < LETHE_FLASH_SLOTS; i++) {
		size += view->slot[i].view ? view_digest_size(view->slot[i].view) : 0;
	}
	return size;
}

void flash_view_digest(struct flash_view *view, struct progress *progress)
{
	for (unsigned int i = 0; i < LETHE_FLASH_SLOTS; i++) {
		if (view->slot[i].view) {
			view_digest(view->slot[i].view, progress);
		}
	}
}

void flash_view_close(struct flash_view *view)
{
	for (unsigned int i = 0; i < LETHE_FLASH_SLOTS; i++) {
		if (view->slot[i].view) {
			view_close(view->slot[i].view);
			free(view->slot[i].view);
		}
	}
}

int flash_view_code(const struct flash_view *view)
{
	int code = TOOL_OK;

	for (unsigned int i = 0; i < view->problem_count; i++) {
		code = view->problem[i].code > code ? view->problem[i].code : code;
	}
	for (unsigned int i = 0; i < LETHE_FLASH_SLOTS; i++) {
		const int own = view->slot[i].view ? view_code(view->slot[i].view) : TOOL_OK;

		code = own > code ? own : code;
	}
	return code;
}

void flash_view_complain(const struct flash_view *view, const char *name)
{
	for (unsigned int i = 0; i < view->problem_count; i++) {
		tool_fail(0, name, "%s", view->problem[i].text);
	}
	for (unsigned int i = 0; i < LETHE_FLASH_SLOTS; i++) {
		const struct view *own = view->slot[i].view;

		for (unsigned int k = 0; own && k < own->problem_count; k++) {
			tool_fail(0, name, "slot %u: %s", i, own->problem[k].text);
		}
	}
}
