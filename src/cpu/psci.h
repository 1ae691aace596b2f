/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PSCI_H
#define LETHE_PSCI_H

#include <stdbool.h>
#include <stdint.h>

#include <lethe/plan.h>

/* Can firmware be called from this EL? Not without a conduit, and not by HVC at EL2: that is
 * ourselves. */
bool lethe_psci_is_usable(enum lethe_psci conduit, unsigned int el);

/*
 * PSCI SYSTEM_RESET (DEN0022, 5.1.11) over a usable conduit. Returns only when it did not work.
 * x0-x17 are firmware's.
 */
void lethe_psci_reset(enum lethe_psci conduit);

#endif
