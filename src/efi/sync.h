/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_EFI_SYNC_H
#define LETHE_EFI_SYNC_H

#include <stdint.h>

/* What was stored to [start, end) may be executed, by every CPU. Contract: the banner in sync.S. */
void lethe_efi_sync(uint64_t start, uint64_t end);

/* Leaves firmware's map for good. Contract: the banner in sync.S. */
void lethe_efi_go(uint64_t entry, uint64_t tree) __attribute__((noreturn));

#endif
