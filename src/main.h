/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_MAIN_H
#define LETHE_MAIN_H

#include "context.h"

/* The one context that there is; a door fills in its part. */
extern struct lethe_context lethe_boot_context;

/*
 * From a door to the next kernel. ctx holds what the door knows. door_status is what the door already
 * found wrong: it is reported as soon as there is a console. Never returns.
 */
void lethe_boot_sequence(struct lethe_context *ctx, int door_status) __attribute__((noreturn));

/* The same with the next slot, after this one failed. lethe_restart() goes there, on an empty stack. */
void lethe_next_slot(void) __attribute__((noreturn));

#endif
