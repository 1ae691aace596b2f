/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_FLASH_H
#define LETHE_TOOL_FLASH_H

/* `lethe flash`: joins front end, parameters, tree and bundles into a flash file
 * (docs/spec/flash.md). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <lethe/flash.h>

#include "file.h"
#include "machine.h"

struct flash_options {
	const char *bundle[LETHE_FLASH_SLOTS];
	unsigned int count;
	const char *output;
	const char *machine;
	const char *tree;
	const char *console; /* none, machine, or UART,ADDR; null: the machine's, if it has one */
	const char *cpus;    /* or null: the machine's */
	const char *on_failure; /* or null: the machine's */
	uint64_t slot_size;     /* 0: as large as fits */
	bool is_elf;
};

/* A bundle to be put in a slot. */
struct flash_bundle {
	struct file file;
	uint64_t size;	     /* bytes of the bundle, without a signature behind it */
	uint64_t image_size; /* RAM that it takes */
};

struct flash {
	struct machine machine;
	struct lethe_flash parameters;
	struct flash_bundle bundle[LETHE_FLASH_SLOTS];
	unsigned int count;
	struct file tree_file;
	const char *tree_name;
	uint8_t *tree;          /* completed, or null: it is at an address */
	bool has_filled_memory; /* the tree had none */
	uint64_t size;          /* of the file without an ELF header around it */
};

/* flash_options.c: returns TOOL_OK, or TOOL_USAGE after printing why. */
int flash_options_parse(int argc, char **argv, struct flash_options *options);

/* flash_options.c: what the options change of the machine. Returns as above. */
int flash_options_apply(const struct flash_options *options, struct machine *machine);

/* flash_tree.c: reads, checks and completes the tree. Returns TOOL_OK or another code after
 * printing why. */
int flash_tree_read(struct flash *flash, const char *name);

/* flash_layout.c: where everything is in the file. Returns as above. */
int flash_layout(struct flash *flash, const struct flash_options *options);

/* flash_place.c: where bundle and tree go in RAM, and that nothing overlaps. Returns as above. */
int flash_place(struct flash *flash);

/* flash_write.c: writes the file. Returns as above. */
int flash_write(struct flash *flash, const struct flash_options *options);

/* The front end in this command. Returns TOOL_OK, or TOOL_UNREADABLE after printing that it is
 * none. */
int flash_front_end(const uint8_t **bytes, struct lethe_flash_head *head);

/* CRC-32 of LETHE_FLASH_COPY_SIZE bytes with the CRC's own field as 0. */
uint32_t flash_copy_crc(const uint8_t *copy);

/* Offset of byte 0 in an ELF file: dd can seek there. */
#define FLASH_ELF_OFFSET (64 * TOOL_KIB)

/* A QEMU machine's buffer for its own tree. */
#define FLASH_TREE_AT_SIZE TOOL_MIB

#endif
