/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_COUNTER_H
#define LETHE_COUNTER_H

#include <stdint.h>

/* The virtual counter. For differences only: until the hand-off CNTVOFF_EL2 is what the last stage
 * left. */
uint64_t lethe_counter(void);

/* Hz, or 0 when firmware did not say. */
uint64_t lethe_counter_rate(void);

#endif
