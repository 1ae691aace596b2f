/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PSCI_H
#define LETHE_PSCI_H

#include <stdbool.h>
#include <stdint.h>

#include <lethe/plan.h>

/* True if firmware can be called from this EL: with a conduit, and not by HVC at EL2, which Lethe
 * would receive itself. */
bool lethe_psci_is_usable(enum lethe_psci conduit, unsigned int el);

/*
 * PSCI SYSTEM_RESET (DEN0022, 5.1.11) over a usable conduit. Returns only on failure.
 * Firmware may change x0-x17.
 */
void lethe_psci_reset(enum lethe_psci conduit);

#endif
