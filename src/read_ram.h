/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_READ_RAM_H
#define LETHE_READ_RAM_H

#include "context.h"

/*
 * What check could not know: destinations against RAM, reservations, the loader's things. Maps what the
 * later stages touch. 0, or a status and its place.
 */
int lethe_read_ram(struct lethe_context *ctx, struct lethe_where *where);

#endif
