/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_EL3_GIC_H
#define LETHE_EL3_GIC_H

#include <stdbool.h>
#include <stdint.h>

#include <lethe/flash.h>

/*
 * Gives every interrupt to non-secure code: Group 1. At reset all are Group 0, which is secure, and
 * nothing below EL3 can change that. EL3 only; the controller's registers are Device memory,
 * secure. flash->gic == 0: nothing is done. Accesses are complete after the caller's next DSB.
 */

/* Once, on the boot CPU, before any CPU calls the other. False: the distributor stays busy. */
bool lethe_el3_gic_distributor(const struct lethe_flash *flash);

/*
 * On every CPU, with its own MPIDR_EL1. False: no redistributor of flash->redistributor_size bytes
 * is this CPU's, or it does not wake up.
 */
bool lethe_el3_gic_cpu(const struct lethe_flash *flash, uint64_t mpidr);

#endif
