/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_PURGATORY_ELF_H
#define LETHE_TOOL_PURGATORY_ELF_H

/* kexec-tools' purgatory: an arm64 ELF relocatable object inside the kexec binary. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The embedded purgatory.ro (purgatory.S). */
extern const uint8_t tool_purgatory[];
extern const uint64_t tool_purgatory_size;

struct purgatory {
	uint64_t offset; /* of its ELF header in the file */
	uint64_t size;   /* from the ELF header to the end of the last section or table */
	uint64_t room;   /* bytes available: size, or more if a graft left a shorter object */
	bool is_confirmed; /* kexec's own data holds room as a size */
	bool is_lethe;   /* carries the symbol lethe_purgatory */
};

/*
 * Checks the object at the beginning of bytes; other bytes may follow the object. As in kexec-
 * tools, each symbol that the arm64 loader reads or writes must be there, with exactly the loader's
 * size. Returns true with *object (offset 0), or false with a reason.
 */
bool purgatory_parse(const uint8_t *bytes, uint64_t size, struct purgatory *object, char *reason,
		     size_t reason_size);

/* Finds the purgatory in a kexec binary. Returns true, or false with a reason: none, or several. */
bool purgatory_find(const uint8_t *bytes, uint64_t size, struct purgatory *object, char *reason,
		    size_t reason_size);

#endif
