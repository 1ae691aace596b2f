/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An output file is complete or absent: all bytes go to a temporary file in the same directory,
 * which takes the name at the end. An interrupted program removes its temporary file.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "tool.h"

#define LONG_NAME 100U /* no file system in use has a lower limit */

/* For the signal handler alone: the temporary file, to be removed on an interrupt. */
static char *volatile unfinished;

void output_unlink_unfinished(void)
{
	char *path = unfinished;

	if (path) {
		unlink(path);
	}
}

static void interrupted(int signal_number)
{
	output_unlink_unfinished();
	signal(signal_number, SIG_DFL);
	raise(signal_number);
}

static void catch_signals(void)
{
	/* Every signal that ends a program from outside. */
	static const int stopping[] = {SIGINT,  SIGTERM, SIGHUP,  SIGPIPE,   SIGQUIT, SIGALRM,
				       SIGUSR1, SIGUSR2, SIGXCPU, SIGVTALRM, SIGPROF, SIGPOLL};

	for (size_t i = 0; i < sizeof(stopping) / sizeof(stopping[0]); i++) {
		if (signal(stopping[i], interrupted) == SIG_IGN) {
			signal(stopping[i], SIG_IGN); /* nohup */
		}
	}
	/* Beyond a file size limit, write() shall fail, and the program clean up, without a signal. */
	signal(SIGXFSZ, SIG_IGN);
}

static int fail_errno(const struct output *output)
{
	return tool_fail(TOOL_UNREADABLE, output->name, "%s", strerror(errno));
}

/* Follows links to the file to be replaced, and checks its kind. Sets output->path and *mode. */
static int find_target(struct output *output, const struct file *inputs, unsigned int input_count,
		       mode_t *mode)
{
	const char *name = output->name;
	struct stat status;

	if (!*name) {
		return tool_fail(TOOL_USAGE, "-o", "the output needs a name");
	}
	if (strcmp(name, "-") == 0) {
		return tool_fail(TOOL_USAGE, "-o -",
				 "the output cannot be written to standard output: "
				 "it is written aside and renamed when it is complete");
	}

	mode_t mask = umask(0);

	umask(mask);
	*mode = 0666 & ~mask;
	if (lstat(name, &status) != 0) {
		if (errno != ENOENT) {
			return fail_errno(output);
		}
		output->path = strdup(name);
		return output->path ? TOOL_OK : fail_errno(output);
	}
	/* stat() also follows the links in /proc/self/fd, which realpath() cannot follow. */
	if (stat(name, &status) != 0) {
		return fail_errno(output);
	}
	if (!S_ISREG(status.st_mode)) {
		return tool_fail(TOOL_USAGE, name,
				 "is not a regular file: the output is written aside "
				 "and renamed when it is complete");
	}
	output->path = realpath(name, NULL);
	if (!output->path) {
		return fail_errno(output);
	}
	*mode = status.st_mode & 0777;
	for (unsigned int i = 0; i < input_count; i++) {
		if (inputs[i].device == status.st_dev && inputs[i].inode == status.st_ino) {
			return tool_fail(TOOL_USAGE, name, "would overwrite the input %s",
					 inputs[i].name);
		}
	}
	return TOOL_OK;
}

/*
 * The temporary file's name: the output's, and a suffix. A long name, which may be as long as the
 * file system allows, loses as many bytes as the suffix takes.
 */
static char *temporary_name(const char *path)
{
	static const char suffix[] = ".XXXXXX";
	const char *slash = strrchr(path, '/');
	const size_t folder = slash ? (size_t)(slash + 1 - path) : 0;
	const size_t length = strlen(path);
	size_t keep = length;
	char *name = tool_alloc(length + sizeof(suffix));

	if (length - folder > LONG_NAME || length + sizeof(suffix) > PATH_MAX) {
		keep = length - folder > strlen(suffix) ? length - strlen(suffix) : folder;
		while (keep > folder && ((unsigned char)path[keep] & 0xc0) == 0x80) {
			keep--; /* not inside a character */
		}
	}
	memcpy(name, path, keep);
	memcpy(name + keep, suffix, sizeof(suffix));
	return name;
}

/* As mkstemp(); no signal comes between the file and its name in unfinished. */
static int create_temporary(char *name)
{
	sigset_t all;
	sigset_t before;
	int error;
	int fd;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	fd = mkstemp(name);
	error = errno;
	unfinished = fd >= 0 ? name : NULL;
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = error;
	return fd;
}

int output_open(struct output *output, const char *name, const struct file *inputs,
		unsigned int input_count)
{
	mode_t mode = 0;

	memset(output, 0, sizeof(*output));
	output->name = name;
	output->fd = -1;

	int code = find_target(output, inputs, input_count, &mode);

	if (code != TOOL_OK) {
		return code;
	}

	output->temporary = temporary_name(output->path);
	catch_signals();
	output->fd = create_temporary(output->temporary);
	if (output->fd < 0) {
		int error = errno;

		free(output->temporary);
		output->temporary = NULL;
		errno = error;
		return fail_errno(output);
	}
	if (fchmod(output->fd, mode) != 0) {
		return fail_errno(output);
	}
	return TOOL_OK;
}

int output_write(struct output *output, uint64_t offset, const void *bytes, uint64_t size)
{
	const uint8_t *from = bytes;

	while (size != 0) {
		size_t piece = size < TOOL_GIB ? (size_t)size : (size_t)TOOL_GIB;
		ssize_t done = pwrite(output->fd, from, piece, (off_t)offset);

		if (done < 0 && errno == EINTR) {
			continue;
		}
		if (done <= 0) {
			errno = done == 0 ? ENOSPC : errno;
			return fail_errno(output);
		}
		from += done;
		offset += (uint64_t)done;
		size -= (uint64_t)done;
	}
	return TOOL_OK;
}

int output_set_size(struct output *output, uint64_t size)
{
	return ftruncate(output->fd, (off_t)size) == 0 ? TOOL_OK : fail_errno(output);
}

int output_keep(struct output *output, const struct file *like)
{
	mode_t mode = like->mode;

	if (fchown(output->fd, like->owner, like->group) != 0) {
		tool_warn(output->name, "its owner stays who made it: %s", strerror(errno));
		mode &= 0777;
	}
	/* After fchown(), which clears set-user-ID. */
	if (fchmod(output->fd, mode) != 0) {
		return fail_errno(output);
	}
	return TOOL_OK;
}

int output_commit(struct output *output)
{
	if (fsync(output->fd) != 0) {
		return fail_errno(output);
	}

	int fd = output->fd;

	output->fd = -1;
	if (close(fd) != 0 || rename(output->temporary, output->path) != 0) {
		return fail_errno(output);
	}
	unfinished = NULL;
	free(output->temporary);
	output->temporary = NULL;
	return TOOL_OK;
}

void output_abandon(struct output *output)
{
	if (output->fd >= 0) {
		close(output->fd);
		output->fd = -1;
	}
	if (output->temporary) {
		unlink(output->temporary);
		unfinished = NULL;
		free(output->temporary);
		output->temporary = NULL;
	}
	free(output->path);
	output->path = NULL;
}
