/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_PLAN_ROWS_H
#define TEST_PLAN_ROWS_H

/*
 * Rows for lethe_plan_check(): the change to the example, and the expected status, array, index and
 * name. test_plan.c goes through all rows.
 */

#include <stddef.h>

#include <lethe/plan.h>
#include <lethe/status.h>

#include "plan_poke.h"

struct plan_row {
	const char *label;
	struct poke pokes[10];
	int status;
	enum lethe_what what;
	unsigned int index;
	const char *name;
};

struct plan_rows {
	const struct plan_row *rows;
	size_t count;
};

extern const struct plan_rows plan_rows_header;
extern const struct plan_rows plan_rows_segments;
extern const struct plan_rows plan_rows_slots;

#define PLAN_ROWS(array)                                                                           \
	{                                                                                          \
		array, sizeof(array) / sizeof((array)[0])                                          \
	}

#define PLAN_ROW(status)             status, LETHE_WHAT_NONE, 0, NULL
#define SLOT_ROW(status, i, name)    status, LETHE_WHAT_SLOT, i, name
#define SEGMENT_ROW(status, i, name) status, LETHE_WHAT_SEGMENT, i, name
#define WINDOW_ROW(i)                LETHE_E_WINDOW, LETHE_WHAT_WINDOW, i, NULL
#define FINE                         LETHE_OK, LETHE_WHAT_NONE, 0, NULL

#endif
