/* SPDX-License-Identifier: BSD-2-Clause */
/* A refusal as one line of text, for a caller with a console of its own. */
#include <lethe/boot.h>

#include <stdbool.h>
#include <stddef.h>

/* From the end: the digits of a number are made last one first. */
static const char *digits(uint64_t value, unsigned int base, char text[24])
{
	char *at = &text[23];

	*at = '\0';
	do {
		*--at = "0123456789abcdef"[value % base];
		value /= base;
	} while (value != 0);
	return at;
}

static void put_place(const struct lethe_where *where, void (*put)(const char *text))
{
	const char *what = lethe_what_text(where->what);
	const bool has_name = where->name != NULL && where->name[0] != '\0';
	char text[24];

	if (what[0] == '\0' && !has_name) {
		return;
	}
	put(what);
	if (what[0] != '\0' && where->what != LETHE_WHAT_TREE) {
		put(" ");
		put(digits(where->index, 10, text));
	}
	if (has_name) {
		put(what[0] == '\0' ? "" : " \"");
		put(where->name);
		put(what[0] == '\0' ? "" : "\"");
	}
	put(": ");
}

void lethe_boot_error(int status, const struct lethe_where *where, void (*put)(const char *text))
{
	char text[24];

	if (where != NULL) {
		put_place(where, put);
	}
	put(lethe_status_text(status));
	put(" (LETHE_E_");
	put(lethe_status_name(status));
	put(")");
	if (where != NULL && where->value != 0) {
		put(" at 0x");
		put(digits(where->value, 16, text));
	}
}
