/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_READ_RAM_H
#define LETHE_READ_RAM_H

#include "context.h"

/*
 * Checks the destinations against RAM, reservations, and the loader's tree and initrd. The check
 * stage could not: it has no tree. Maps all memory of later stages. 0, or a status and its place.
 */
int lethe_read_ram(struct lethe_context *ctx, struct lethe_where *where);

#endif
