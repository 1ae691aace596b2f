/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_CHECK_KERNEL_H
#define LETHE_CHECK_KERNEL_H

#include "context.h"

/*
 * LETHE_E_PAGE_SIZE if the slot enters a kernel with a page size that the CPU does not have, by its
 * Image header (booting.rst, flags bits 1-2). Else 0, also for a payload that is no Image. Needs
 * the plan, the slot and the placement. Reads the header where the bundle has it, before its digest
 * was checked: it serves only to refuse.
 */
int lethe_check_kernel(const struct lethe_context *ctx, struct lethe_where *where);

#endif
