/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_STRINGS_LIST_H
#define LETHE_STRINGS_LIST_H

#include <string.h>

/*
 * A list of strings is an array of characters: consecutive strings, each with a NUL, and an empty
 * string at the end, as in "smc\0hvc\0". An array of pointers would need a dynamic relocation for
 * each string, and Lethe runs at any address without relocations.
 */

/* The next string of the list. */
static inline const char *lethe_next_string(const char *string)
{
	return string + strlen(string) + 1;
}

#define lethe_for_each_string(string, list)                                                        \
	for ((string) = (list); *(string) != '\0'; (string) = lethe_next_string(string))

#endif
