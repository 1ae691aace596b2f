/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_STRINGS_LIST_H
#define LETHE_STRINGS_LIST_H

#include <string.h>

/*
 * A list of strings is one array of characters: the strings one behind the other, each with its
 * NUL, and an empty string at the end, as in "smc\0hvc\0". An array of pointers would need a
 * dynamic relocation for each string, and Lethe runs where it is loaded without relocating itself.
 */

/* The string behind this one. */
static inline const char *lethe_next_string(const char *string)
{
	return string + strlen(string) + 1;
}

#define lethe_for_each_string(string, list)                                                        \
	for ((string) = (list); *(string) != '\0'; (string) = lethe_next_string(string))

#endif
