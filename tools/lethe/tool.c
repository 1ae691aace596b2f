/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* vasprintf */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "paste.h"
#include "progress.h"
#include "tool.h"

static void message(const char *subject, const char *kind, const char *format, va_list arguments)
{
	char *text = NULL;

	/* Flushed first, so that the order is right if both streams end in one file. */
	fflush(stdout);
	progress_clear();
	fputs("lethe: ", stderr);
	tool_put(stderr, subject);
	fprintf(stderr, ": %s", kind);
	if (vasprintf(&text, format, arguments) >= 0) {
		tool_put(stderr, text);
		free(text);
	}
	fputc('\n', stderr);
}

int tool_fail(int code, const char *subject, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	message(subject, "", format, arguments);
	va_end(arguments);
	return code;
}

void tool_warn(const char *subject, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	message(subject, "warning: ", format, arguments);
	va_end(arguments);
}

int tool_usage(const char *command, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	message(command, "", format, arguments);
	va_end(arguments);
	fputs("Try: ", stderr);
	paste_self(stderr);
	fprintf(stderr, " %s --help\n", command);
	return TOOL_USAGE;
}

int tool_flush(int code)
{
	if (fflush(stdout) != 0 || ferror(stdout)) {
		return tool_fail(TOOL_UNREADABLE, "standard output", "%s", strerror(errno));
	}
	return code;
}

void *tool_alloc(size_t size)
{
	void *memory = malloc(size != 0 ? size : 1);

	if (!memory) {
		exit(tool_fail(TOOL_UNREADABLE, "memory", "cannot get %zu bytes", size));
	}
	return memory;
}

void tool_status_line(char *line, size_t size, int status, const struct lethe_where *where)
{
	char subject[80] = "";
	char name[48] = "";

	if (where && where->name) {
		snprintf(name, sizeof(name), "%s", where->name);
	}
	for (char *c = name; *c; c++) {
		*c = *c < 0x20 || *c > 0x7e ? '?' : *c;
	}
	if (where && (where->what == LETHE_WHAT_NONE || where->what == LETHE_WHAT_TREE)) {
		snprintf(subject, sizeof(subject), "%s%s%s%s", lethe_what_text(where->what),
			 where->what == LETHE_WHAT_TREE && name[0] ? " " : "", name,
			 where->what == LETHE_WHAT_TREE || name[0] ? ": " : "");
	} else if (where && name[0]) {
		snprintf(subject, sizeof(subject), "%s %u \"%s\": ", lethe_what_text(where->what),
			 where->index, name);
	} else if (where) {
		snprintf(subject, sizeof(subject), "%s %u: ", lethe_what_text(where->what),
			 where->index);
	}
	snprintf(line, size, "%s%s (LETHE_E_%s)", subject, lethe_status_text(status),
		 lethe_status_name(status));
}

uint64_t tool_round_up(uint64_t value, uint64_t multiple)
{
	if (value > UINT64_MAX - (multiple - 1)) {
		return UINT64_MAX;
	}
	return (value + multiple - 1) & ~(multiple - 1);
}

const char *tool_size_text(char *buffer, uint64_t size)
{
	static const char *const unit[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
	unsigned int i = 0;
	uint64_t whole = size;
	uint64_t rest = 0;

	while (whole >= 1024 && i < 6) {
		rest = whole % 1024;
		whole /= 1024;
		i++;
	}
	if (i == 0 || rest * 10 < 1024) {
		snprintf(buffer, 32, "%" PRIu64 " %s", whole, unit[i]);
	} else {
		snprintf(buffer, 32, "%" PRIu64 ".%" PRIu64 " %s", whole, rest * 10 / 1024,
			 unit[i]);
	}
	return buffer;
}

bool tool_is_zero(const uint8_t *bytes, uint64_t size)
{
	return size == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

bool tool_number(const char *text, uint64_t *value)
{
	unsigned int base = 10;
	uint64_t sum = 0;

	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		text += 2;
	}
	if (!*text) {
		return false;
	}
	for (; *text; text++) {
		const char *digits = "0123456789abcdef";
		const char *digit =
			strchr(digits, *text >= 'A' && *text <= 'F' ? *text + 32 : *text);

		if (!digit || (unsigned int)(digit - digits) >= base) {
			return false;
		}
		if (sum > (UINT64_MAX - (uint64_t)(digit - digits)) / base) {
			return false;
		}
		sum = sum * base + (uint64_t)(digit - digits);
	}
	*value = sum;
	return true;
}
