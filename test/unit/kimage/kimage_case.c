/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kimage_case.h"

struct world world;
struct lethe_kimage image;
struct lethe_where where;

/* Where the next entry goes. */
static uint64_t list_page, position;

void start_at(unsigned int shift, uint64_t base)
{
	world_clear(&world);
	world_init(&world, shift, base, PAGES);
	world.head = I(LIST);
	go_on_at(LIST);
}

void start(unsigned int shift)
{
	start_at(shift, BASE);
}

void go_on_at(uint64_t number)
{
	list_page = number;
	position = 0;
	world_list_page(&world, world_page(&world, number));
}

void add(uint64_t entry)
{
	*world_entry(&world, world_page(&world, list_page), position++) = entry;
}

void list_of(const uint64_t *entries)
{
	for (; *entries != 0; entries++) {
		add(*entries);
	}
}

void pad_to(uint64_t end)
{
	while (position < end) {
		add(D(0));
	}
}

uint64_t page_entries(void)
{
	return (1ULL << world.memory.shift) / 8;
}

int check(void)
{
	memset(&where, 0xa5, sizeof(where));
	image.list_pages = 0;
	return lethe_kimage_check(world.head, world.memory.shift, &world.limits, &image, &where);
}

void refused(int status, uint64_t index, uint64_t value)
{
	assert_int_equal(check(), status);
	assert_int_equal(where.what, LETHE_WHAT_ENTRY);
	assert_int_equal(where.index, index);
	assert_null(where.name);
	assert_true(where.value == value);
	assert_int_equal(
		lethe_kimage_check(world.head, world.memory.shift, &world.limits, &image, NULL),
		status);
	assert_int_equal(world_check(&world), status);
}

void accepted(uint64_t pages, unsigned int runs)
{
	assert_int_equal(check(), LETHE_OK);
	assert_int_equal(where.index, 0xa5a5a5a5);
	assert_int_equal(image.pages, pages);
	assert_int_equal(image.run_count, runs);
	assert_int_equal(world_check(&world), LETHE_OK);
}
