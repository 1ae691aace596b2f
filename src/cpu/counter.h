/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_COUNTER_H
#define LETHE_COUNTER_H

#include <stdint.h>

/* The virtual counter. For differences only: CNTVOFF_EL2 is the last stage's until the crossing. */
uint64_t lethe_counter(void);

/* Hz, or 0 when firmware did not say. */
uint64_t lethe_counter_rate(void);

#endif
