/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FLASH_TREE_H
#define LETHE_FLASH_TREE_H

/* In the page of a spin-table that a tree has not: a word on a cache line of its own for each CPU. */
#define LETHE_FLASH_SPIN_WORDS 0x100U
#define LETHE_FLASH_SPIN_STEP  64U

#endif
