/* SPDX-License-Identifier: BSD-2-Clause */
/* What is found without the lock, and how the lock says so (quick.c). */
#ifndef COHSAN_QUICK_H
#define COHSAN_QUICK_H

#include "cohsan.h"

void quick_forbid(void); /* with the lock: from here state changes */
void quick_allow(void);
/* Without the lock: true if there is nothing to report and nothing to remember. false: ask again, with the lock. */
bool quick_run(const struct cpu *cpu, const struct run *run);
bool quick_special(const struct cpu *cpu, const struct insn *insn);
bool quick_load(struct cpu *cpu, const struct insn *insn, uint64_t va, unsigned int size);

#endif
