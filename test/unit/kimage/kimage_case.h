/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_KIMAGE_CASE_H
#define TEST_KIMAGE_CASE_H

/* One list at a time, written entry by entry, for tests with a known result. */

#include "kimage_world.h"

#define BASE  0x40000000ULL
#define PAGES 256U
#define LIST  200U /* the number of the first list page; the others follow */

#define DONE      4ULL
#define D(number) (world_page(&world, number) | 1)
#define I(number) (world_page(&world, number) | 2)
#define S(number) (world_page(&world, number) | 8)

static const unsigned int shifts[] = {12, 14, 16};
#define FOR_ALL_SIZES(shift)                                                                       \
	for (unsigned int n_ = 0, shift = shifts[0]; n_ < 3; shift = shifts[++n_ % 3])

extern struct world world;
extern struct lethe_kimage image;
extern struct lethe_where where;

/* A list from page LIST on, in memory from base (or BASE) on. */
void start_at(unsigned int shift, uint64_t base);
void start(unsigned int shift);

/* The next entries go to the start of this page. No link is written. */
void go_on_at(uint64_t number);
void add(uint64_t entry);
#define LIST_OF(...) list_of((const uint64_t[]){__VA_ARGS__, 0})
void list_of(const uint64_t *entries);

/* Pads with entries without effect up to the given entry of the list page. */
void pad_to(uint64_t end);
uint64_t page_entries(void);

/* lethe_kimage_check() says so, with and without a place to say where, and so does the reference.
 */
int check(void);
void refused(int status, uint64_t index, uint64_t value);
void accepted(uint64_t pages, unsigned int runs);

#endif
