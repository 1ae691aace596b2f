/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PASTE_H
#define LETHE_PASTE_H

/* Commands that the reader can paste into a shell, as printed. */

#include <stddef.h>
#include <stdio.h>

/* Writes a word as a shell reads it: in single quotes if needed. The part that does not fit is cut
 * off. */
void paste_text(char *text, size_t size, const char *word);

/* Prints the same, up to the longest path. */
void paste_word(FILE *stream, const char *word);

/* Prints this command as called: "lethe" from PATH, or "build/lethe". */
void paste_self(FILE *stream);

#endif
