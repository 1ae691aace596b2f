/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_ACPI_H
#define LETHE_ACPI_H

#include <lethe/fdt.h>

/*
 * The PSCI conduit in the FADT of a machine with UEFI and ACPI. NONE if the FADT states no conduit,
 * or if the FADT or a table before is absent or damaged. Needs the efi_* of the facts. MMU off,
 * lethe_vectors in force: every byte is read by lethe_probe_read().
 */
enum lethe_psci lethe_acpi_psci(const struct lethe_fdt_facts *facts);

#endif
