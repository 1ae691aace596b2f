/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PSCI_H
#define LETHE_PSCI_H

#include <stdint.h>

#include <lethe/plan.h>

/*
 * PSCI SYSTEM_RESET (DEN0022, 5.1.11) over the conduit. Returns only when it did not work: LETHE_E_NO_PSCI when
 * there is no conduit, or HVC is asked for at EL2 (it would come back to ourselves), LETHE_E_RESET_RETURNED
 * when firmware came back. x0-x17 are firmware's.
 */
int lethe_psci_reset(enum lethe_psci conduit, unsigned int el);

#endif
