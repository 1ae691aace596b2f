/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_FILE_H
#define LETHE_TOOL_FILE_H

/* Input files, whole in memory; and an output file that is either complete or not there. */

#include <stdint.h>
#include <sys/types.h>

struct file {
	const char *name;
	uint8_t *bytes; /* from malloc(): aligned for anything */
	uint64_t size;
	dev_t device;
	ino_t inode;
	mode_t mode;
	uid_t owner;
	gid_t group;
};

/*
 * Reads a regular file until its end: the size that stat() gives is not believed (0 or a page under
 * /sys). Pipes, devices and directories are refused by name and never waited for.
 * Returns TOOL_OK, or TOOL_UNREADABLE after printing why.
 */
int file_read(const char *name, struct file *file);

/* May be called on a zeroed struct. */
void file_free(struct file *file);

struct output {
	const char *name; /* as the user gave it */
	char *path;       /* of the file to be replaced: symbolic links followed */
	char *temporary;  /* in the same directory */
	int fd;
};

/*
 * Starts writing: creates a temporary file beside name. inputs are files that name must not be.
 * Returns TOOL_OK; TOOL_USAGE when name is an input or not a regular file; TOOL_UNREADABLE. Prints.
 */
int output_open(struct output *output, const char *name, const struct file *inputs,
		unsigned int input_count);

/* Writes at an offset; gaps read as zero. TOOL_OK, or TOOL_UNREADABLE after printing why. */
int output_write(struct output *output, uint64_t offset, const void *bytes, uint64_t size);

/*
 * Gives it the mode and the owner of a file that was read; where the owner may not be given,
 * without the bits that stand for his rights, and with a warning. As output_write().
 */
int output_keep(struct output *output, const struct file *like);

/* Forces it to the disk and puts it in the place of name. As output_write(). */
int output_commit(struct output *output);

/* Removes the temporary file, if it is still there. Safe after any of the above. */
void output_abandon(struct output *output);

#endif
