/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_PLAN_POKE_H
#define TEST_PLAN_POKE_H

/*
 * Small changes to a plan, for tables: HEADER(version, 2), SLOT(1, entry, 3). Changes come before
 * the layout, so counts may change, and the plan is sealed afterwards.
 */

#include <stddef.h>
#include <stdint.h>

#include <lethe/plan.h>

#include "plan_builder.h"

enum part {
	PART_END, /* a zeroed entry ends the list */
	PART_HEADER,
	PART_SLOT,
	PART_SEGMENT,
	PART_WINDOW,
	PART_STRING,
};

struct poke {
	enum part part;
	unsigned int index;
	size_t offset;
	size_t size;
	uint64_t value;
};

#define FIELD(type, field) offsetof(struct type, field), sizeof(((struct type *)0)->field)
#define HEADER(field, value)                                                                       \
	{                                                                                          \
		PART_HEADER, 0, FIELD(lethe_plan, field), value                                    \
	}
#define SLOT(i, field, value)                                                                      \
	{                                                                                          \
		PART_SLOT, i, FIELD(lethe_slot, field), value                                      \
	}
#define SEGMENT(i, field, value)                                                                   \
	{                                                                                          \
		PART_SEGMENT, i, FIELD(lethe_segment, field), value                                \
	}
#define WINDOW(i, field, value)                                                                    \
	{                                                                                          \
		PART_WINDOW, i, FIELD(lethe_window, field), value                                  \
	}
#define STRING(i, value)                                                                           \
	{                                                                                          \
		PART_STRING, 0, i, 1, value                                                        \
	}
#define SLOT_NAME(i, at, value)                                                                    \
	{                                                                                          \
		PART_SLOT, i, at, 1, value                                                         \
	}
#define SEGMENT_NAME(i, at, value)                                                                 \
	{                                                                                          \
		PART_SEGMENT, i, at, 1, value                                                      \
	}

/* A list is on: the additions to the example for rows with a list. */
#define WITH_LIST HEADER(list_head, 0x80001002), HEADER(list_page_shift, 12)

void plan_poke(struct plan_builder *builder, const struct poke *pokes);

#endif
