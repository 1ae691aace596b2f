/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_PURGATORY_ELF_H
#define LETHE_TOOL_PURGATORY_ELF_H

/* The object that kexec-tools starts before the kernel: an arm64 ELF relocatable inside its binary.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The embedded purgatory.ro (purgatory.S). */
extern const uint8_t tool_purgatory[];
extern const uint64_t tool_purgatory_size;

struct purgatory {
	uint64_t offset; /* of its ELF header in the file */
	uint64_t size;   /* from there to the end of what its headers name */
	uint64_t room;   /* bytes that were a purgatory's: size, or more behind a shorter one */
	bool is_lethe;   /* carries the symbol lethe_purgatory */
};

/*
 * Judges the object whose ELF header is the first of size bytes; more may follow it. The answer is
 * kexec-tools' own: every symbol that its arm64 loader asks for, of exactly the size it asks for.
 * Returns 1 with *object (offset 0), or 0 with a reason.
 */
bool purgatory_parse(const uint8_t *bytes, uint64_t size, struct purgatory *object, char *reason,
		     size_t reason_size);

/* Finds the one purgatory in a kexec binary. Returns 1, or 0 with a reason. */
bool purgatory_find(const uint8_t *bytes, uint64_t size, struct purgatory *object, char *reason,
		    size_t reason_size);

#endif
