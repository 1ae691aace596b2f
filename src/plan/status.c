/* SPDX-License-Identifier: BSD-2-Clause */
/* Names and sentences of statuses. */

#include <lethe/status.h>

#include <stddef.h>
#include <stdint.h>

#include "strings_list.h"

#ifdef LETHE_PURGATORY
/* The purgatory has 19 KB in all, so this list has only statuses that a purgatory returns. */
#undef LETHE_STATUS_LIST
#define LETHE_STATUS_LIST(X)                                                                       \
	X(PLAN_ENTRY, -119, "entry is in no region")                                               \
	X(PLAN_TREE, -120, "device tree is in no region")                                          \
	X(SEGMENT_ALIGN, -131, "is not of whole pages")                                            \
	X(SEGMENT_WRAP, -132, "wraps around")                                                      \
	X(DEST_LETHE, -212, "overlaps Lethe itself")                                               \
	X(TREE_NOSPACE, -306, "no room for the record")                                            \
	X(DIGEST, -401, "digest does not match")                                                   \
	X(NO_PSCI, -505, "no PSCI conduit is known")                                               \
	X(RESET_RETURNED, -506, "PSCI SYSTEM_RESET returned")                                      \
	X(MAP_POOL, -510, "too many tables")                                                       \
	X(MAP_GRANULE, -511, "no 4 KiB pages")                                                     \
	X(MAP_ADDRESS, -512, "address is above what can be mapped")
#elif defined(LETHE_EFI_DOOR)
/* The EFI door places nothing, and leaves the machine to others. */
#undef LETHE_STATUS_LIST
#define LETHE_STATUS_LIST(X)                                                                       \
	LETHE_STATUS_OF_PLANS(X)                                                                   \
	LETHE_STATUS_OF_IMAGES(X)                                                                  \
	LETHE_STATUS_OF_TREES(X)                                                                   \
	LETHE_STATUS_OF_CONTENTS(X)
#elif defined(LETHE_BLOB)
#undef LETHE_STATUS_OF_LISTS
#define LETHE_STATUS_OF_LISTS(X)
#undef LETHE_STATUS_OF_CALLERS
#define LETHE_STATUS_OF_CALLERS(X)
#undef LETHE_STATUS_OF_EL2_STUB
#define LETHE_STATUS_OF_EL2_STUB(X)
#undef LETHE_STATUS_OF_BUILDERS
#define LETHE_STATUS_OF_BUILDERS(X)
#endif

/*
 * Two parallel arrays: the numbers, and a list of strings (strings_list.h) with a name and a
 * sentence for each number. A switch would be three times as large. The last pair is for all other
 * numbers.
 */
#define STATUS_NUMBER(name, number, sentence) (number),
static const int16_t numbers[] = {LETHE_STATUS_LIST(STATUS_NUMBER) LETHE_OK};
#define STATUS_STRINGS(name, number, sentence) #name "\0" sentence "\0"
static const char strings[] = LETHE_STATUS_LIST(STATUS_STRINGS) "OK\0ok\0?\0unknown status";

const char *lethe_status_name(int status)
{
	const char *name = strings;
	unsigned int i;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]) && numbers[i] != status; i++) {
		name = lethe_next_string(lethe_next_string(name));
	}
	return name;
}

const char *lethe_status_text(int status)
{
	return lethe_next_string(lethe_status_name(status));
}

const char *lethe_what_text(enum lethe_what what)
{
	switch (what) {
	case LETHE_WHAT_SEGMENT: return "segment";
	case LETHE_WHAT_WINDOW: return "window";
	case LETHE_WHAT_SLOT: return "slot";
	case LETHE_WHAT_TREE: return "device tree";
	case LETHE_WHAT_ENTRY: return "entry";
	case LETHE_WHAT_NONE:
	default: return "";
	}
}

int lethe_error_at(struct lethe_where *where, int status, enum lethe_what what, unsigned int index,
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
