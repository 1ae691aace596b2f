/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_FILE_H
#define LETHE_TOOL_FILE_H

/* Input files, small ones in memory and large ones mapped, and an output file that is either complete or absent. */

#include <stdint.h>
#include <sys/types.h>
#include <time.h>

struct file {
	const char *name;
	uint8_t *bytes; /* aligned for anything; only to be read if fd is not -1 */
	uint64_t size;
	dev_t device;
	ino_t inode;
	mode_t mode;
	uid_t owner;
	gid_t group;
	struct timespec modified;
	int fd;                  /* kept open while the file is mapped; else -1 */
	uint64_t mapped_size;    /* size may be made smaller, as of a tree with bytes behind it */
	struct file *next_mapped; /* file.c's own list; the struct must not move meanwhile */
};

/*
 * Reads a regular file to its end: stat() states a wrong size under /sys, 0 or a page. Pipes,
 * devices and directories are refused by name, without waiting.
 * Returns TOOL_OK, or TOOL_UNREADABLE after printing why.
 */
int file_read(const char *name, struct file *file);

/* May be called on a zeroed struct. */
void file_free(struct file *file);

/* Says that [bytes, bytes + size) was read: a mapped file gives the memory back. Any bytes will do. */
void file_forget(const uint8_t *bytes, uint64_t size);

/* Returns TOOL_OK, or TOOL_UNREADABLE after printing that a mapped file was written to since. */
int file_check_unchanged(const struct file *file);

struct output {
	const char *name; /* as the user gave it */
	char *path;       /* of the file to be replaced, symbolic links followed */
	char *temporary;  /* in the same directory */
	int fd;
};

/*
 * Starts writing: creates a temporary file beside name. name must be none of inputs.
 * Returns TOOL_OK, or after printing why: TOOL_USAGE if name is an input or no regular file, else
 * TOOL_UNREADABLE.
 */
int output_open(struct output *output, const char *name, const struct file *inputs,
		unsigned int input_count);

/*
 * Writes at an offset; gaps read as zero. Returns TOOL_OK, or TOOL_UNREADABLE after printing why.
 */
int output_write(struct output *output, uint64_t offset, const void *bytes, uint64_t size);

/*
 * Gives the output the mode and owner of an input file. If the owner cannot be set, warns and
 * leaves out set-user-ID and set-group-ID. Returns as output_write().
 */
int output_keep(struct output *output, const struct file *like);

/* Forces the output to the disk and renames it to name. Returns as output_write(). */
int output_commit(struct output *output);

/* Makes the file this long, if what was left out at its end were zeros. Returns as output_write(). */
int output_set_size(struct output *output, uint64_t size);

/* For signal handlers: removes the temporary file of the output in work, if there is one. */
void output_unlink_unfinished(void);

/* Removes the temporary file, if present. Safe after any of the above. */
void output_abandon(struct output *output);

#endif
