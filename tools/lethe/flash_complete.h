/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_FLASH_COMPLETE_H
#define LETHE_TOOL_FLASH_COMPLETE_H

#include <lethe/flash.h>
#include <lethe/status.h>

#include "flash/spin_page.h"

/*
 * Completes a tree for a machine that leaves EL3: how CPUs start, what memory stays the front
 * end's, the counter's frequency. Adds what is absent, and changes nothing that is there. The tree
 * is sound and open: libfdt's order of blocks, totalsize the bytes of its room. After an error it
 * is sound, and complete in part.
 *
 * The words that it gives out are those of the n-th CPU of the tree, at spin_page +
 * LETHE_FLASH_SPIN_WORDS + n * LETHE_FLASH_SPIN_STEP; they are 0 before a CPU looks, which is the
 * caller's to see to.
 *
 * Return: 0
 *         LETHE_E_PLAN_CPUS      the tree starts CPUs in another way than flash->cpus says
 *         LETHE_E_TREE_NOSPACE   the room is too small
 *         LETHE_E_TREE_CELLS     the scratch memory's address does not fit the tree's cells; or
 * over LETHE_FLASH_SPIN_MAX CPUs LETHE_E_TREE_BROKEN    no CPUs, which psci and spin-table need
 */
int flash_complete(void *tree, const struct lethe_flash *flash);

#endif
