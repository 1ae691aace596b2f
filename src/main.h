/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_MAIN_H
#define LETHE_MAIN_H

#include "context.h"

/* The one journey that there is; a door fills in its part. */
extern struct lethe_road lethe_the_road;

/*
 * The road, from a door to the next kernel. road holds what the door knows, door_status what it
 * already found wrong (it is reported as soon as there is a console). Never returns.
 */
void lethe_road_run(struct lethe_road *road, int door_status) __attribute__((noreturn));

/* The same with the next slot, after this one failed. From lethe_restart(). */
void lethe_road_next(void) __attribute__((noreturn));

#endif
