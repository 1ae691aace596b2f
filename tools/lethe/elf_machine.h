/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_ELF_MACHINE_H
#define LETHE_ELF_MACHINE_H

#include <stddef.h>

/* Writes the name by which people know an ELF e_machine, "x86-64", or "ELF machine 999" for one without a name here. */
void elf_machine_text(char *text, size_t size, unsigned int machine);

#endif
