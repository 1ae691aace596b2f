/* SPDX-License-Identifier: BSD-2-Clause */
/* A list of pages in order, as many as bench/library.py says; the sources are the same 4 MiB over
 * and over. */
#include <lethe/boot.h>
#include <lethe/kimage.h>
#include <lethe/plan_build.h>

#define PARAMETERS 0x43fff000ULL /* pages, mode: also in library.py */
#define SOURCES    0x44000000ULL
#define WORKSPACE  0x48000000ULL
#define LIST       0x50000000ULL
#define DEST       0x60000000ULL
#define RAM        0x40000000ULL
#define UART       0x09000000ULL
#define PAGE       4096ULL

extern const uint8_t measured[];
static uint64_t buffer[128];

void report(int status);
struct lethe_plan *prepare(void);

void report(int status)
{
	const char *text = lethe_status_name(status);

	for (; *text != '\0'; text++) {
		*(volatile uint32_t *)UART = (uint8_t)*text;
	}
	*(volatile uint32_t *)UART = '\n';
}

/* Links as in Linux: in the last entry of each page. */
static void make_list(uint64_t pages)
{
	uint64_t *entry = (uint64_t *)LIST;
	uint64_t i;

	*entry++ = DEST | LETHE_KIMAGE_DESTINATION;
	for (i = 0; i < pages; i++) {
		if (((uint64_t)entry & (PAGE - 1)) == PAGE - 8) {
			*entry = (uint64_t)(entry + 1) | LETHE_KIMAGE_INDIRECTION;
			entry++;
		}
		*entry++ = (SOURCES + i % 1024 * PAGE) | LETHE_KIMAGE_SOURCE;
	}
	*entry = LETHE_KIMAGE_DONE;
}

struct lethe_plan *prepare(void)
{
	const uint64_t *parameters = (const uint64_t *)PARAMETERS;
	const uint64_t pages = parameters[0];
	struct lethe_plan *plan = (struct lethe_plan *)buffer;

	make_list(pages);
	lethe_plan_init(buffer, sizeof(buffer), "list");
	lethe_plan_slot(plan)->entry_segment = LETHE_INDEX_NONE;
	lethe_plan_slot(plan)->entry = (uint64_t)measured;
	lethe_plan_window(plan, sizeof(buffer), RAM, DEST + pages * PAGE - RAM);
	plan->list_head = LIST | LETHE_KIMAGE_INDIRECTION;
	plan->list_page_shift = 12;
	plan->mode = (uint32_t)parameters[1];
	plan->workspace_base = WORKSPACE;
	plan->workspace_size = LIST - WORKSPACE;
	lethe_plan_seal(plan);
	return plan;
}
