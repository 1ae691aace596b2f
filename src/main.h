/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_MAIN_H
#define LETHE_MAIN_H

#include "context.h"

/* The one journey that there is; a door fills in its part. */
extern struct lethe_context lethe_boot_context;

/*
 * The road, from a door to the next kernel. road holds what the door knows, door_status what it
 * already found wrong (it is reported as soon as there is a console). Never returns.
 */
void lethe_boot_sequence(struct lethe_context *ctx, int door_status) __attribute__((noreturn));

/* The same with the next slot, after this one failed. From lethe_restart(). */
void lethe_next_slot(void) __attribute__((noreturn));

#endif
