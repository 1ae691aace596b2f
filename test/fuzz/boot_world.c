/* SPDX-License-Identifier: BSD-2-Clause */
/* A machine for the read stage and the describe stage: see boot_world.h. */

#include "boot_world.h"

#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>

#include <sanitizer/asan_interface.h>

#include <lethe/cache.h>

#include "console/console.h"
#include "cpu/counter.h"
#include "cpu/fault.h"
#include "describe_seed.h"
#include "digest/segment_digest.h"
#include "handoff.h"
#include "read_tree.h"
#include "run.h"
#include "smp/census.h"
#include "smp/crew.h"
#include "stop.h"
#include "tree_input.h"

#define PAGE 4096ULL

struct world world;
uint64_t world_work;
struct lethe_stop lethe_stop_context;
uint32_t lethe_fault_serror_inherited;

/* Only the distance of the two and an address for /memreserve/ are asked for. */
__asm__(".bss\n"
	".globl lethe_image_start, lethe_blob_end, lethe_vectors\n"
	".balign 4096\n"
	"lethe_image_start:\n"
	"lethe_vectors:\n"
	".skip 0x10000\n"
	"lethe_blob_end:\n"
	".text\n");

/* The compiler puts a call at the head of each block (-fsanitize-coverage=trace-pc). */
void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void)
{
	world_work++;
}

static struct lethe_range pages_of(struct lethe_range range)
{
	const struct lethe_range pages = {range.start & ~(PAGE - 1),
					  (range.end + PAGE - 1) & ~(PAGE - 1)};

	return pages;
}

static void *bytes_at(uint64_t pa)
{
	return (void *)(uintptr_t)pa;
}

void world_begin(void)
{
	static bool is_made;
	int i;

	if (!is_made) {
		must(mmap(bytes_at(WORLD_BASE), WORLD_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1,
			  0) == bytes_at(WORLD_BASE));
		ASAN_POISON_MEMORY_REGION(bytes_at(WORLD_BASE), WORLD_SIZE);
		is_made = true;
	}
	for (i = 0; i < world.backed_count; i++) {
		const struct lethe_range range = pages_of(world.backed[i]);

		ASAN_POISON_MEMORY_REGION(bytes_at(range.start), lethe_range_size(range));
	}
	memset(&world, 0, sizeof(world));
	memset(&lethe_stop_context, 0, sizeof(lethe_stop_context));
	world_work = 0;
}

void world_open(struct lethe_range range)
{
	int i;

	for (i = 0; i < world.backed_count; i++) {
		const struct lethe_range backed = world.backed[i];
		const uint64_t start = range.start > backed.start ? range.start : backed.start;
		const uint64_t end = range.end < backed.end ? range.end : backed.end;

		if (start < end) {
			ASAN_UNPOISON_MEMORY_REGION(bytes_at(start), end - start);
		}
	}
}

void world_back(struct lethe_range range)
{
	must(world.backed_count < WORLD_BACKED);
	world.backed[world.backed_count++] = range;
}

void world_put(uint64_t pa, const void *bytes, uint64_t size)
{
	const struct lethe_range pages = pages_of(lethe_range_of(pa, size));

	if (size != 0) {
		world_back(pages);
		world_open(pages);
		memset(bytes_at(pages.start), 0, lethe_range_size(pages));
		memcpy(bytes_at(pa), bytes, size);
		ASAN_POISON_MEMORY_REGION(bytes_at(pages.start), lethe_range_size(pages));
	}
}

static bool is_backed(uint64_t pa)
{
	int i;

	for (i = 0; i < world.backed_count; i++) {
		if (pages_of(world.backed[i]).start <= pa && pa < pages_of(world.backed[i]).end) {
			return true;
		}
	}
	return false;
}

static void add_map(struct lethe_range range, enum lethe_map_kind kind)
{
	must(world.map_count < WORLD_MAPS && range.start <= range.end);
	world.map[world.map_count].range = range;
	world.map[world.map_count].kind = kind;
	world.map_count++;
}

void world_map_at_start(struct lethe_range range)
{
	add_map(range, LETHE_MAP_RW);
}

bool world_is_mapped(const struct lethe_context *ctx, struct lethe_range range)
{
	const struct lethe_range pages = pages_of(range);
	uint64_t at = pages.start;
	uint64_t before;
	int i;

	do {
		before = at;
		for (i = 0; i < world.map_count; i++) {
			const struct lethe_range mapped = pages_of(world.map[i].range);

			if (mapped.start <= at && at < mapped.end) {
				at = mapped.end;
			}
		}
	} while (at < pages.end && at != before);
	return !ctx->is_cached || at >= pages.end;
}

/* memory_map.h */
void lethe_memory_map(struct lethe_context *ctx, struct lethe_range range, enum lethe_map_kind kind)
{
	if (ctx->is_cached && range.start != range.end) {
		add_map(range, kind);
	}
}

void lethe_memory_map_leave(struct lethe_context *ctx, int why)
{
	if (ctx->is_cached) {
		ctx->is_cached = false;
		ctx->uncached_why = why;
		world.was_left = true;
	}
}

/* cpu/fault.h. A page that is not mapped would fault as well, so no caller may count on it. */
int lethe_probe_read(uint64_t pa, uint32_t *value, uint32_t width, bool maintain)
{
	const struct lethe_range page = {pa & ~(PAGE - 1), (pa & ~(PAGE - 1)) + PAGE};

	must(width == 4 && maintain);
	*value = 0;
	if (!is_backed(pa)) {
		return -1;
	}
	world_open(page);
	return 0;
}

void lethe_dcache_clean_inval_poc(uint64_t start, uint64_t end)
{
	must(start <= end);
}

/* digest/segment_digest.h: the packed tree may be parsed from here on. */
int lethe_segment_digest(struct lethe_context *ctx, unsigned int index, uint64_t source)
{
	const struct lethe_range range =
		lethe_range_of(source, lethe_plan_segments(ctx->plan)[index].file_size);

	must(world_is_mapped(ctx, range));
	world_open(range);
	return LETHE_OK;
}

/* console/console.h: the words of a line must be strings. */
void lethe_console_line(const char *format, ...)
{
	va_list list;

	va_start(list, format);
	for (; *format != '\0'; format++) {
		if (*format == '%' && format[1] == 's') {
			const char *text = va_arg(list, const char *);

			must(text == NULL || strlen(text) < SIZE_MAX);
		} else if (*format == '%') {
			(void)va_arg(list, uint64_t);
		}
	}
	va_end(list);
}

void lethe_console_open(const struct lethe_uart *uart)
{
	world.uart = *uart;
}

/* cpu/counter.h, run.h, handoff.h, describe_seed.h */
uint64_t lethe_counter_rate(void)
{
	return 1000000;
}

uint64_t lethe_run_ticks(void)
{
	return 1;
}

unsigned int lethe_handoff_el(const struct lethe_context *ctx)
{
	return ctx->el;
}

/* smp/census.h. The only CPU here is Lethe's. */
int lethe_census(struct lethe_context *ctx, struct lethe_where *where)
{
	(void)ctx;
	(void)where;
	return LETHE_OK;
}

/* smp/crew.h. So none can be lost. */
bool lethe_crew_has_lost(void)
{
	return false;
}

bool lethe_crew_lost(unsigned int *index, int *node)
{
	(void)index;
	(void)node;
	return false;
}

bool lethe_describe_seed(const struct lethe_fdt_facts *facts,
			 uint8_t seed[LETHE_SEED_KASLR + LETHE_SEED_RNG])
{
	memset(seed, 0x5a, LETHE_SEED_KASLR + LETHE_SEED_RNG);
	return facts != NULL;
}
