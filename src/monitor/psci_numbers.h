/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_MONITOR_PSCI_NUMBERS_H
#define LETHE_MONITOR_PSCI_NUMBERS_H

/* DEN0022, 5.1. With SMC64 those whose arguments are addresses or affinities exist a second time.
 */
#define PSCI_VERSION             0x84000000U
#define PSCI_CPU_SUSPEND         0x84000001U
#define PSCI_CPU_OFF             0x84000002U
#define PSCI_CPU_ON              0x84000003U
#define PSCI_AFFINITY_INFO       0x84000004U
#define PSCI_MIGRATE_INFO_TYPE   0x84000006U
#define PSCI_SYSTEM_OFF          0x84000008U
#define PSCI_SYSTEM_RESET        0x84000009U
#define PSCI_FEATURES            0x8400000aU
#define PSCI_CPU_DEFAULT_SUSPEND 0x8400000cU
#define PSCI_SYSTEM_SUSPEND      0x8400000eU
#define SMC64                    0x40000000U
#define SVE_HINT                 0x00010000U /* DEN0028, 2.5.5: no live SVE state; no other function */

#define PSCI_NOT_SUPPORTED      (-1)
#define PSCI_INVALID_PARAMETERS (-2)
#define PSCI_DENIED             (-3)
#define PSCI_ALREADY_ON         (-4)
#define PSCI_ON_PENDING         (-5)
#define PSCI_NO_TRUSTED_OS      2 /* nothing has to migrate */

#endif
