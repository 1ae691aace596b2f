/* SPDX-License-Identifier: BSD-2-Clause */
#define _GNU_SOURCE /* program_invocation_name */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "paste.h"
#include "tool.h"

void paste_text(char *text, size_t size, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_./+:@%,-";
	size_t length = 0;

	if (*word != 0 && word[strspn(word, plain)] == 0) {
		snprintf(text, size, "%s", word);
		return;
	}
	length += (size_t)snprintf(text, size, "'");
	for (; *word != 0 && length < size; word++) {
		const char letter[2] = {*word, 0};

		length += (size_t)snprintf(text + length, size - length, "%s",
					   *word == '\'' ? "'\\''" : letter);
	}
	if (length < size) {
		snprintf(text + length, size - length, "'");
	}
}

void paste_word(FILE *stream, const char *word)
{
	char text[4 * PATH_MAX + 3]; /* every character quoted */

	paste_text(text, sizeof(text), word);
	tool_put(stream, text);
}

void paste_self(FILE *stream)
{
	paste_word(stream, strchr(program_invocation_name, '/') ? program_invocation_name : "lethe");
}
