/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "tool.h"

/* From this size on a file is mapped: it is read where it is looked at, and need not fit in memory. */
#define MAPPED_MIN (64 * TOOL_MIB)

static struct file *mapped;

static struct file *find_mapped(const uint8_t *at)
{
	struct file *file = mapped;

	while (file && (at < file->bytes || at >= file->bytes + file->mapped_size)) {
		file = file->next_mapped;
	}
	return file;
}

/* A mapped file that shrinks, or whose disk fails, is a signal. */
static void bus_error(int signal_number, siginfo_t *info, void *context)
{
	static const char text[] = "lethe: an input file: cannot be read any more: it became shorter, "
				   "or its disk failed\n";

	ssize_t written;

	(void)context;
	if (!find_mapped(info->si_addr)) {
		signal(signal_number, SIG_DFL);
		raise(signal_number);
		return;
	}
	output_unlink_unfinished();
	written = write(STDERR_FILENO, text, sizeof(text) - 1);
	(void)written;
	_exit(TOOL_UNREADABLE);
}

/* True if the file is mapped now. It keeps the descriptor. */
static bool map(int fd, struct file *file, const struct stat *status)
{
	struct sigaction action = {.sa_sigaction = bus_error, .sa_flags = SA_SIGINFO};
	void *bytes = MAP_FAILED;

	if ((uint64_t)status->st_size >= MAPPED_MIN) {
		bytes = mmap(NULL, (size_t)status->st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	}
	if (bytes == MAP_FAILED) {
		return false;
	}
	sigaction(SIGBUS, &action, NULL);
	madvise(bytes, (size_t)status->st_size, MADV_SEQUENTIAL);
	file->bytes = bytes;
	file->size = (uint64_t)status->st_size;
	file->mapped_size = file->size;
	file->fd = fd;
	file->next_mapped = mapped;
	mapped = file;
	return true;
}

void file_forget(const uint8_t *bytes, uint64_t size)
{
	const uint64_t before = (uint64_t)(uintptr_t)bytes;
	const uint64_t start = tool_round_up(before, TOOL_PAGE);
	const uint64_t end = (before + size) & ~(TOOL_PAGE - 1);

	if (start < end && find_mapped(bytes)) {
		madvise((void *)(uintptr_t)start, end - start, MADV_DONTNEED);
	}
}

int file_check_unchanged(const struct file *file)
{
	struct stat status;

	if (file->fd < 0) {
		return TOOL_OK;
	}
	if (fstat(file->fd, &status) != 0 || (uint64_t)status.st_size != file->mapped_size ||
	    status.st_mtim.tv_sec != file->modified.tv_sec ||
	    status.st_mtim.tv_nsec != file->modified.tv_nsec) {
		return tool_fail(TOOL_UNREADABLE, file->name, "changed while it was read");
	}
	return TOOL_OK;
}

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
	file->fd = -1;

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
	file->modified = status.st_mtim;
	if (map(fd, file, &status)) {
		return TOOL_OK;
	}

	uint64_t expected = status.st_size > 4096 ? (uint64_t)status.st_size : 4096;
	int code = read_all(fd, file, expected);

	close(fd);
	return code;
}

void file_free(struct file *file)
{
	struct file **link = &mapped;

	while (*link && *link != file) {
		link = &(*link)->next_mapped;
	}
	if (*link) {
		*link = file->next_mapped;
		munmap(file->bytes, file->mapped_size);
		close(file->fd);
		file->fd = -1;
	} else {
		free(file->bytes);
	}
	file->bytes = NULL;
}
