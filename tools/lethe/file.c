/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "tool.h"

static const char *kind_text(mode_t mode)
{
	if (S_ISDIR(mode)) {
		return "is a directory";
	}
	if (S_ISFIFO(mode)) {
		return "is a pipe";
	}
	if (S_ISCHR(mode) || S_ISBLK(mode)) {
		return "is a device";
	}
	if (S_ISSOCK(mode)) {
		return "is a socket";
	}
	return "is not a regular file";
}

static int read_all(int fd, struct file *file, uint64_t expected)
{
	uint64_t room = expected + 1; /* one byte more shows the end of the file without growing */
	uint8_t *bytes = tool_alloc(room);
	uint64_t size = 0;

	for (;;) {
		if (size == room) {
			uint8_t *larger = realloc(bytes, room * 2);

			if (!larger) {
				free(bytes);
				return tool_fail(TOOL_UNREADABLE, file->name,
						 "too large for memory");
			}
			bytes = larger;
			room *= 2;
		}

		ssize_t got = read(fd, bytes + size, room - size);

		if (got < 0 && errno == EINTR) {
			continue;
		}
		if (got < 0) {
			free(bytes);
			return tool_fail(TOOL_UNREADABLE, file->name, "%s", strerror(errno));
		}
		if (got == 0) {
			break;
		}
		size += (uint64_t)got;
	}
	file->bytes = bytes;
	file->size = size;
	return TOOL_OK;
}

int file_read(const char *name, struct file *file)
{
	struct stat status;

	memset(file, 0, sizeof(*file));
	file->name = name;

	/* Without O_NONBLOCK, the open of a pipe without a writer waits for ever. */
	int fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

	if (fd < 0) {
		return tool_fail(TOOL_UNREADABLE, name, "%s", strerror(errno));
	}
	if (fstat(fd, &status) != 0) {
		close(fd);
		return tool_fail(TOOL_UNREADABLE, name, "%s", strerror(errno));
	}
	if (!S_ISREG(status.st_mode)) {
		close(fd);
		return tool_fail(TOOL_UNREADABLE, name, "%s; a regular file is needed",
				 kind_text(status.st_mode));
	}
	file->device = status.st_dev;
	file->inode = status.st_ino;
	file->mode = status.st_mode & 07777;
	file->owner = status.st_uid;
	file->group = status.st_gid;

	uint64_t expected = status.st_size > 4096 ? (uint64_t)status.st_size : 4096;
	int code = read_all(fd, file, expected);

	close(fd);
	return code;
}

void file_free(struct file *file)
{
	free(file->bytes);
	file->bytes = NULL;
}
