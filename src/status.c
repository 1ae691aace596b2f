/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Statuses in words. A switch and not an array of pointers: a table of addresses would need dynamic
 * relocations in a position-independent blob, which has nobody to apply them.
 */

#include <lethe/status.h>

#include <stddef.h>

const char *lethe_status_name(int status)
{
	switch (status) {
	case LETHE_OK: return "LETHE_OK";
#define STATUS_NAME(name, number, sentence)                                                        \
	case name: return #name;
		LETHE_STATUS_LIST(STATUS_NAME)
#undef STATUS_NAME
	default: return "LETHE_E_?";
	}
}

const char *lethe_status_text(int status)
{
	switch (status) {
	case LETHE_OK: return "ok";
#define STATUS_TEXT(name, number, sentence)                                                        \
	case name: return sentence;
		LETHE_STATUS_LIST(STATUS_TEXT)
#undef STATUS_TEXT
	default: return "unknown status";
	}
}

const char *lethe_what_text(enum lethe_what what)
{
	switch (what) {
	case LETHE_WHAT_SEGMENT: return "segment";
	case LETHE_WHAT_WINDOW: return "window";
	case LETHE_WHAT_SLOT: return "slot";
	case LETHE_WHAT_TREE: return "device tree";
	case LETHE_WHAT_NONE:
	default: return "";
	}
}

int lethe_fail(struct lethe_where *where, int status, enum lethe_what what, unsigned int index,
	       const char *name, unsigned long long value)
{
	if (where != NULL) {
		where->what = what;
		where->index = index;
		where->name = name;
		where->value = value;
	}
	return status;
}
