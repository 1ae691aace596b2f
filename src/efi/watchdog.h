/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_EFI_WATCHDOG_H
#define LETHE_EFI_WATCHDOG_H

#include "efi/efi.h"

/*
 * A boot manager gives each program five minutes (UEFI 2.10, 3.1.2), and a digest of much on a slow
 * machine may take them. So the door runs without, and gives the kernel's stub as many again.
 */
#define LETHE_EFI_WATCHDOG_SECONDS 300U

static inline void lethe_efi_watchdog_off(const struct lethe_efi *efi)
{
	efi->boot->set_watchdog_timer(0, 0, 0, NULL);
}

static inline void lethe_efi_watchdog_on(const struct lethe_efi *efi)
{
	/* Codes up to 0xffff are firmware's (7.5.1). */
	efi->boot->set_watchdog_timer(LETHE_EFI_WATCHDOG_SECONDS, 0x10000, 0, NULL);
}

#endif
