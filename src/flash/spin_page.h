/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FLASH_SPIN_PAGE_H
#define LETHE_FLASH_SPIN_PAGE_H

/*
 * The page of a spin-table. Boards have their words at its front, so the code is at its end; a tree
 * without words gets one on a cache line of its own for each CPU.
 */
#define LETHE_FLASH_SPIN_WORDS 0x100U
#define LETHE_FLASH_SPIN_STEP  64U
#define LETHE_FLASH_SPIN_MAX   32U /* words that are given out: LETHE_MONITOR_CPU_MAX */
#define LETHE_FLASH_SPIN_CODE  0xf00U

#endif
