/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_NEXT_STEPS_H
#define LETHE_NEXT_STEPS_H

#include <stdint.h>

/*
 * Prints the two lines that end "lethe pack": how to look at the bundle, and how to start it under QEMU. ram is what
 * the machine needs from the base of its RAM, in bytes. A name with control characters gets none of them.
 */
void next_steps_print(const char *bundle, uint64_t ram);

#endif
