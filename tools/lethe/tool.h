/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_H
#define LETHE_TOOL_H

/*
 * Shared by all files of the host command: exit codes, the form of an error line, and the
 * subcommands. The command has no global state but the name of its unfinished output (output.c).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <lethe/status.h>

/* The plan is read and written as C structures: a big-endian host would have to swap fields. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the host must be little-endian");

/* Exit codes; an interface (lethe(1)). */
enum tool_exit {
	TOOL_OK = 0,
	TOOL_CONTENT = 1, /* a known format, but the content differs from the packed files */
	TOOL_USAGE = 2,
	TOOL_UNREADABLE = 3 /* cannot be read or written, or the format is not supported */
};

#define TOOL_KIB   0x400ULL
#define TOOL_MIB   0x100000ULL
#define TOOL_GIB   0x40000000ULL
#define TOOL_PAGE  0x1000ULL
#define TOOL_BLOCK (2 * TOOL_MIB) /* the alignment of arm64 kernels */

/* Long enough for a sentence that quotes a command to type. */
#define TOOL_REASON_SIZE 512U

int tool_pack(int argc, char **argv);
int tool_inspect(int argc, char **argv);
int tool_verify(int argc, char **argv);
int tool_record(int argc, char **argv);
int tool_graft(int argc, char **argv);
int tool_flash(int argc, char **argv);

/* Prints "lethe: subject: reason" on stderr and returns code, so that an error is one statement. */
int tool_fail(int code, const char *subject, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Prints "lethe: subject: warning: reason" on stderr. */
void tool_warn(const char *subject, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Prints text that came from outside, a file's name: control characters, and bytes that are no UTF-8,
 * as \xNN. A terminal would obey them.
 */
void tool_put(FILE *stream, const char *text);

/* Prints a usage error of a subcommand, and the command that shows its help. */
int tool_usage(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Flushes stdout; a full disk or closed pipe under "lethe inspect > file" is an error too. */
int tool_flush(int code);

/* malloc() that ends the program with TOOL_UNREADABLE; size 0 gives a pointer too. */
void *tool_alloc(size_t size);

/*
 * A failed check as the firmware prints it: segment 1 "initrd": sentence (LETHE_E_...).
 * Names come from files: a byte that is not printable is shown as '?'.
 */
void tool_status_line(char *line, size_t size, int status, const struct lethe_where *where);

/* value rounded up to a multiple of a power of two; UINT64_MAX if the result would wrap. */
uint64_t tool_round_up(uint64_t value, uint64_t multiple);

/* "21.5 MiB", "4 KiB", "17 bytes": for people. buffer takes at least 32 bytes. */
const char *tool_size_text(char *buffer, uint64_t size);

/* True if all bytes are zero. */
bool tool_is_zero(const uint8_t *bytes, uint64_t size);

/*
 * Reads the whole string as a number: decimal, or hexadecimal after 0x. Signs, blanks and suffixes
 * are refused. Returns true with *value, or false.
 */
bool tool_number(const char *text, uint64_t *value);

#endif
