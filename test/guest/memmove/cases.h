/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CASES_H
#define CASES_H

/* Jobs, also in test_memmove.py and bench/memory.py. */
#define JOB_ALL     0
#define JOB_MEMMOVE 1 /* to, from, size */
#define JOB_MEMSET  2 /* to, byte, size */

#ifndef __ASSEMBLER__

#include <stdint.h>

void run_cases(uint64_t ram_start, uint64_t ram_end);
void say_end(void);
void say_exception(uint64_t syndrome, uint64_t address) __attribute__((noreturn));

#endif
#endif
