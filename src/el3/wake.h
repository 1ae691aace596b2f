/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_EL3_WAKE_H
#define LETHE_EL3_WAKE_H

#include <stdint.h>

/*
 * Lets a CPU out of reset that has not run yet, on boards that keep it there (struct lethe_flash,
 * vector). It comes by way of the reset vector in scratch memory. EL3, MMU off.
 */
void lethe_el3_wake(uint64_t id);

#endif
