/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_ELF_MACHINE_H
#define LETHE_ELF_MACHINE_H

#include <stddef.h>

/* Writes an ELF e_machine's common name ("x86-64"), or "ELF machine 999" if the table has no
 * name. */
void elf_machine_text(char *text, size_t size, unsigned int machine);

#endif
