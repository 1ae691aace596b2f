/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_COUNTER_H
#define LETHE_COUNTER_H

#include <stdint.h>

/* The virtual counter, in ticks. For differences only: until the hand-off CNTVOFF_EL2 has the
 * previous stage's value. */
uint64_t lethe_counter(void);

/* Hz, or 0 if firmware has set no rate, or a rate that no counter has. */
uint64_t lethe_counter_rate(void);

#endif
