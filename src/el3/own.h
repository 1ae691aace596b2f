/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_EL3_OWN_H
#define LETHE_EL3_OWN_H

#include <stdint.h>

/*
 * Makes this CPU's registers of EL3, EL2 and EL1, and its part of the GIC, as whatever comes next
 * needs them (booting.rst). Returns SPSR_EL3 for the highest level below. EL3, MMU off.
 */
uint64_t lethe_el3_own(void);

#endif
