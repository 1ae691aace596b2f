/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks that an indirection list destroys no memory in use. Runs before the first page is copied.
 *
 * The list may be long, and each read of an entry may be a Device access. So each entry costs a few
 * comparisons in registers, against the last answer. An answer holds for a range of addresses
 * (kimage_allowed.h), so a search is rare: each window has its own, and the upper bits of a
 * source's address name the window. Destinations form few runs, even if pages are out of order.
 */

#include <lethe/kimage.h>

#include <stddef.h>
#include <string.h>

#include "plan/kimage_allowed.h"

#define ENTRY_SIZE 8U
#define NOWHERE    1ULL /* no page's address */

/* The loops need all registers: each variable in memory is a Device access for every entry. */
#define NOINLINE __attribute__((noinline))

struct list_check {
	const struct lethe_kimage_constraints *constraints;
	struct lethe_kimage *image;
	struct lethe_where *where;
	struct lethe_kimage_run *last; /* the open run; null before the first */
	uint64_t page;                 /* bytes */
	uint64_t tortoise;             /* an earlier list page */
	uint64_t origin;               /* of the list, if it were one piece as far as it was read */
	struct lethe_window *answers;  /* the image's */
	uint8_t *answer_of;            /* likewise */
	struct lethe_range allowed;    /* the last answer to another question */
	unsigned int shift;
	unsigned int part_shift; /* of the parts of answer_of */
	unsigned int stretch_count;
	int status; /* if find_answer() finds none */
};

static uint64_t read_entry(uint64_t pointer)
{
	return *(const uint64_t *)(uintptr_t)pointer;
}

static int fail(const struct list_check *check, int status, uint64_t index, uint64_t value)
{
	return lethe_error_at(check->where, status, LETHE_WHAT_ENTRY, (unsigned int)index, NULL,
			      value);
}

/*
 * The last run that starts at or below address, else the first run. All entries behind the last run
 * start above any page, so the number of steps does not depend on the number of runs.
 */
static struct lethe_kimage_run *find_run(struct lethe_kimage *image, uint64_t address)
{
	struct lethe_kimage_run *run = image->runs;

	if (run[32].dest <= address) {
		run += 32;
	}
	if (run[16].dest <= address) {
		run += 16;
	}
	if (run[8].dest <= address) {
		run += 8;
	}
	if (run[4].dest <= address) {
		run += 4;
	}
	if (run[2].dest <= address) {
		run += 2;
	}
	if (run[1].dest <= address) {
		run += 1;
	}
	return run;
}
_Static_assert(LETHE_KIMAGE_RUN_MAX == 64, "find_run() takes six steps");

/* Ends the open run after bytes, the number of bytes stored by the list so far. */
static void close_run(const struct list_check *check, uint64_t bytes)
{
	if (check->last != NULL) {
		check->last->size = bytes - (check->last->first << check->shift);
	}
}

/*
 * For a page stored at dest: continues the open run or starts a new run. 0 and
 * check->allowed, or a status.
 */
static NOINLINE int find_dest(struct list_check *check, uint64_t dest, uint64_t bytes)
{
	struct lethe_range *dests = &check->allowed;
	struct lethe_kimage *image = check->image;
	struct lethe_kimage_run *next = image->runs;
	struct lethe_kimage_run *run;
	int status;

	close_run(check, bytes);
	if (dest == NOWHERE) {
		return LETHE_E_LIST_NO_DEST;
	}
	status = lethe_kimage_allowed(check->constraints, dest, check->page, LETHE_KIMAGE_STORE,
				      dests);
	if (status != LETHE_OK) {
		return status;
	}
	run = find_run(image, dest);
	if (run->dest <= dest) {
		if (dest - run->dest < run->size) {
			return LETHE_E_DEST_OVERLAP;
		}
		next = run + 1;
	}
	/* Whole pages: the caller compares for equality. */
	dests->end = dests->end < next->dest ? dests->end : next->dest;
	dests->end -= (dests->end - dest) & (check->page - 1);
	if (run == check->last && dest - run->dest == run->size) {
		return LETHE_OK;
	}
	if (image->run_count == LETHE_KIMAGE_RUN_MAX) {
		return LETHE_E_LIST_RUNS;
	}
	for (run = &image->runs[image->run_count++]; run != next; run--) {
		*run = run[-1];
	}
	next->dest = dest;
	next->size = 0;
	next->first = bytes >> check->shift;
	check->last = next;
	return LETHE_OK;
}

/*
 * Divides memory into parts whose size is a power of two. From the first window to the end of the
 * last there are about LETHE_KIMAGE_PARTS of them or fewer, and they are numbered modulo that.
 */
static void divide(struct list_check *check)
{
	const struct lethe_window *first = check->constraints->windows;
	const struct lethe_window *last = first + check->constraints->window_count - 1;
	const unsigned int few = __builtin_ctz(LETHE_KIMAGE_PARTS);
	unsigned int bits;

	memset(check->image->answers, 0, sizeof(check->image->answers));
	memset(check->image->answer_of, 0, sizeof(check->image->answer_of));
	if (check->constraints->window_count != 0) {
		bits = 64 - __builtin_clzll((last->base + last->size - 1 - first->base) | 1);
		check->part_shift = bits > few ? bits - few : 0;
	}
}

static inline bool holds(const struct lethe_window *answer, uint64_t source)
{
	return source - answer->base < answer->size;
}

static inline uint8_t *answer_of(const struct list_check *check, uint64_t source)
{
	return &check->answer_of[(source >> check->part_shift) % LETHE_KIMAGE_PARTS];
}

/*
 * A protected range cuts the source's window, so the window has further stretches. Returns the
 * stretch that holds the source, else one to be replaced.
 */
static struct lethe_window *find_stretch(struct list_check *check, uint64_t source)
{
	struct lethe_window *const stretches = check->answers + LETHE_WINDOW_MAX;

	for (unsigned int i = 0; i < LETHE_KIMAGE_STRETCHES && stretches[i].size != 0; i++) {
		if (holds(&stretches[i], source)) {
			return &stretches[i];
		}
	}
	return &stretches[check->stretch_count++ % LETHE_KIMAGE_STRETCHES];
}

/* If a part names another answer: whole readable pages around the source, or null and a status. */
static NOINLINE const struct lethe_window *find_answer(struct list_check *check, uint64_t source)
{
	const struct lethe_kimage_constraints *constraints = check->constraints;
	struct lethe_window *answer =
		&check->answers[(find_window(constraints, source) - constraints->windows) %
				LETHE_WINDOW_MAX];
	struct lethe_range found;

	if (answer->size != 0 && !holds(answer, source)) {
		answer = find_stretch(check, source);
	}
	*answer_of(check, source) = (uint8_t)(answer - check->answers);
	if (holds(answer, source)) {
		return answer;
	}
	check->status = lethe_kimage_allowed(constraints, source, check->page,
					     LETHE_KIMAGE_READ_SOURCE, &found);
	if (check->status != LETHE_OK) {
		return NULL;
	}
	answer->base = (found.start + check->page - 1) & -check->page;
	answer->size = (found.end & -check->page) - answer->base;
	return answer;
}

/*
 * A list page of the first pass. Brent's algorithm: remember list page 1, 2, 4, 8 ... and compare
 * every later list page. On a cycle the walk returns to the remembered page as soon as the distance
 * is long enough. No list page is read again.
 */
static int enter_list_page(struct list_check *check, uint64_t address)
{
	const uint64_t count = ++check->image->list_pages;

	if (address == check->tortoise) {
		return LETHE_E_LIST_CYCLE;
	}
	if ((count & (count - 1)) == 0) {
		check->tortoise = address;
	}
	return lethe_kimage_allowed(check->constraints, address, check->page,
				    LETHE_KIMAGE_READ_LIST, &check->allowed);
}

/*
 * Checks each entry alone and against the earlier destinations. Fills in the image. Long, but a
 * single loop: split into functions, even inlined, the compiler puts two variables into memory.
 * Each entry would cost two more Device accesses.
 */
static NOINLINE int check_entries(struct list_check *check, const uint64_t *head)
{
	const uint64_t page = check->page;
	/* next: pointer to an entry. Differences to the origins: bytes read and bytes copied */
	uint64_t next = (uintptr_t)head;
	uint64_t dest = NOWHERE, dest_origin = dest;
	uint64_t dest_end = NOWHERE;  /* every page in [dest, dest_end) may be stored */
	uint64_t start = 0, span = 0; /* source entries in [start, start + span) may be read */
	uint64_t value;
	int status;

	check->origin = next;
	for (;;) {
		const uint64_t entry = read_entry(next);
		const uint64_t flags = entry & (page - 1);

		next += ENTRY_SIZE;
		if (flags == LETHE_KIMAGE_SOURCE) {
			if (entry - start >= span) {
				const struct lethe_window *answer =
					&check->answers[*answer_of(check, entry)];

				start = answer->base;
				span = answer->size;
				if (entry - start >= span) {
					answer = find_answer(check, entry - LETHE_KIMAGE_SOURCE);
					if (answer == NULL) {
						value = entry - LETHE_KIMAGE_SOURCE;
						status = check->status;
						break;
					}
					start = answer->base;
					span = answer->size;
				}
			}
			if (dest == dest_end) {
				status = find_dest(check, dest, dest - dest_origin);
				if (status != LETHE_OK) {
					value = dest != NOWHERE ? dest : entry - flags;
					break;
				}
				dest_end = check->allowed.end;
			}
			dest += page;
		} else if (flags == LETHE_KIMAGE_DESTINATION) {
			/* If the destination does not change, the last answer still holds. */
			value = entry - LETHE_KIMAGE_DESTINATION;
			if (value != dest) {
				dest_origin += value - dest;
				dest = value;
				dest_end = value;
			}
		} else if (flags == LETHE_KIMAGE_INDIRECTION) {
			value = entry - LETHE_KIMAGE_INDIRECTION;
			status = enter_list_page(check, value);
			if (status != LETHE_OK) {
				break;
			}
			check->origin -= next;
			next = value + check->constraints->bias;
			check->origin += next;
			continue;
		} else if (entry == LETHE_KIMAGE_DONE) {
			close_run(check, dest - dest_origin);
			check->image->pages = (dest - dest_origin) >> check->shift;
			check->image->entries = (next - check->origin) / ENTRY_SIZE;
			return LETHE_OK;
		} else {
			value = entry;
			status = LETHE_E_LIST_FLAGS;
			break;
		}
		if ((next & (page - 1)) == 0) {
			value = next - page - check->constraints->bias;
			status = LETHE_E_LIST_LINK;
			break;
		}
	}
	return fail(check, status, (next - check->origin) / ENTRY_SIZE - 1, value);
}

/* The gap around address between two runs, or outside all runs. run: find_run()'s answer. */
static void find_gap(const struct lethe_kimage_run *run, uint64_t address, uint64_t *gap,
		     uint64_t *gap_size)
{
	*gap = 0;
	if (run->dest <= address) {
		*gap = run->dest + run->size;
		run++;
	}
	*gap_size = run->dest - *gap;
}

/*
 * Checks each page to be read, list page or source, against all destinations. check_entries() has
 * found the list's end. Most sources lie in a gap. An entry lies in the same gap as its page.
 */
static NOINLINE int check_reads(const struct list_check *check, const uint64_t *head)
{
	const uint64_t done = check->image->entries - 1;
	const unsigned int shift = check->shift;
	const struct lethe_kimage_run *run = check->image->runs;
	uint64_t gap = 0; /* no page is stored in [gap, gap + gap_size) */
	uint64_t gap_size = 0;
	uint64_t next = (uintptr_t)head;
	uint64_t pages = 0;

	for (uint64_t remaining = done; remaining != 0; remaining--) {
		const uint64_t entry = read_entry(next);

		next += ENTRY_SIZE;
		if ((entry & LETHE_KIMAGE_SOURCE) != 0) {
			if (entry - gap >= gap_size) {
				if (entry - run->dest >= run->size) {
					run = find_run(check->image, entry);
				}
				if (entry - run->dest >= run->size) {
					find_gap(run, entry, &gap, &gap_size);
				} else if (run->first + ((entry - run->dest) >> shift) < pages) {
					return fail(check, LETHE_E_DEST_SOURCE, done - remaining,
						    entry - LETHE_KIMAGE_SOURCE);
				}
			}
			pages++;
		} else if ((entry & LETHE_KIMAGE_INDIRECTION) != 0) {
			const uint64_t list_page = entry - LETHE_KIMAGE_INDIRECTION;

			run = find_run(check->image, list_page);
			if (list_page - run->dest < run->size) {
				return fail(check, LETHE_E_LIST_OVER, done - remaining, list_page);
			}
			next = list_page + check->constraints->bias;
		}
	}
	return LETHE_OK;
}

int lethe_kimage_check(uint64_t head, unsigned int page_shift,
		       const struct lethe_kimage_constraints *constraints,
		       struct lethe_kimage *image, struct lethe_where *where)
{
	struct list_check check = {.constraints = constraints,
				   .image = image,
				   .where = where,
				   .tortoise = NOWHERE,
				   .answers = image->answers,
				   .answer_of = image->answer_of,
				   .shift = page_shift};
	int status;

	if (page_shift != 12 && page_shift != 14 && page_shift != 16) {
		return lethe_error_at(where, LETHE_E_PLAN_LIST, LETHE_WHAT_NONE, 0, NULL,
				      page_shift);
	}
	check.page = 1ULL << page_shift;
	if ((head & (check.page - 1)) != LETHE_KIMAGE_INDIRECTION && head != LETHE_KIMAGE_DONE) {
		return fail(&check, LETHE_E_LIST_HEAD, 0, head);
	}
	image->list_pages = 0;
	image->run_count = 0;
	for (unsigned int i = 0; i <= LETHE_KIMAGE_RUN_MAX; i++) {
		image->runs[i] = (struct lethe_kimage_run){UINT64_MAX, 0, 0};
	}
	divide(&check);
	status = check_entries(&check, &head);
	return status != LETHE_OK ? status : check_reads(&check, &head);
}
