/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_MAIN_H
#define LETHE_MAIN_H

#include "context.h"

/* The only context. The door fills in the first part. */
extern struct lethe_context lethe_boot_context;

/*
 * From a door to the next kernel. The door has filled in the first part of ctx. door_status is 0 or
 * the door's own failure, printed as soon as a console is open. Never returns.
 */
void lethe_boot_sequence(struct lethe_context *ctx, int door_status) __attribute__((noreturn));

/* After a slot failed: boots the next slot. lethe_restart() enters here, on an empty stack. */
void lethe_next_slot(void) __attribute__((noreturn));

#endif
