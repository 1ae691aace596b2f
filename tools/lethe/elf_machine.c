/* SPDX-License-Identifier: BSD-2-Clause */
#include <elf.h>
#include <stdio.h>

#include "elf_machine.h"

/* clang-format off */
static const struct {
	unsigned int machine;
	const char *name;
} names[] = {
	{ EM_SPARC, "sparc" }, { EM_386, "x86" }, { EM_68K, "m68k" }, { EM_MIPS, "mips" },
	{ EM_PARISC, "parisc" }, { EM_PPC, "powerpc" }, { EM_PPC64, "powerpc64" },
	{ EM_S390, "s390" }, { EM_ARM, "32-bit arm" }, { EM_SH, "sh" }, { EM_SPARCV9, "sparc64" },
	{ EM_IA_64, "ia64" }, { EM_X86_64, "x86-64" }, { EM_XTENSA, "xtensa" },
	{ EM_AARCH64, "arm64" }, { EM_RISCV, "riscv" }, { EM_BPF, "bpf" }, { 258, "loongarch" },
};
/* clang-format on */

void elf_machine_text(char *text, size_t size, unsigned int machine)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].machine == machine) {
			snprintf(text, size, "%s", names[i].name);
			return;
		}
	}
	snprintf(text, size, "ELF machine %u", machine);
}
