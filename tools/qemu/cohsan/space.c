/* SPDX-License-Identifier: BSD-2-Clause */
/* Where QEMU keeps the guest's RAM and flash. QEMU tells a plugin only where a fetched instruction lies. */
#include "cohsan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin.h"

#define SAMPLE	  4096U
#define FLASH_MAX 8U

struct region regions[REGIONS_MAX];
unsigned int region_count;
bool two_spaces;
static struct region flash[FLASH_MAX];
static unsigned int flash_count;

static __attribute__((noreturn)) void end(const char *why, uint64_t pa)
{
	fprintf(stderr, "cohsan: %s: 0x%" PRIx64 "\n", why, pa);
	exit(1);
}

/* ---- host memory ---- */

struct mapping {
	uint8_t *lo;
	uint8_t *hi;
};

/* The next mapping of this process that can be read and written. */
static bool next_mapping(FILE *maps, struct mapping *mapping)
{
	char line[512];
	char rights[5];
	uintptr_t from;
	uintptr_t to;

	while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &from, &to, rights) == 3 &&
		    strncmp(rights, "rw-", 3) == 0) {
			*mapping = (struct mapping){(uint8_t *)from, (uint8_t *)to};
			return true;
		}
	}
	if (maps != NULL) {
		fclose(maps);
	}
	return false;
}

/* RAM is one host mapping; no look-up reaches the rest of the mapping. */
static struct mapping mapping_of(uint64_t pa, const void *inside)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	struct mapping mapping;

	while (next_mapping(maps, &mapping)) {
		if ((const uint8_t *)inside >= mapping.lo && (const uint8_t *)inside < mapping.hi) {
			fclose(maps);
			return mapping;
		}
	}
	end("the start is not in RAM", pa);
}

/* Memory that no instruction was fetched from: by its size, and by what the guest reads there with its MMU off. */
static uint8_t *host_by_size(const struct range *range)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	GByteArray *sample = g_byte_array_new();
	struct mapping mapping;
	uint8_t *found = NULL;

	if (!qemu_plugin_read_memory_vaddr(range->lo, sample, SAMPLE)) {
		end("no memory is there at the start", range->lo);
	}
	while (next_mapping(maps, &mapping)) {
		if ((uint64_t)(mapping.hi - mapping.lo) != range->hi - range->lo ||
		    memcmp(mapping.lo, sample->data, SAMPLE) != 0) {
			continue;
		}
		if (found != NULL) {
			end("two memories of QEMU's have this size and these contents", range->lo);
		}
		found = mapping.lo;
	}
	if (found == NULL) {
		end("no memory of QEMU's begins and ends as told", range->lo);
	}
	return found;
}

/* ---- regions ---- */

static void add_space(uint64_t lo, uint64_t size, uint8_t *host)
{
	struct region *region = &regions[region_count++];

	if (region_count > REGIONS_MAX) {
		end("too many memories", lo);
	}
	*region = (struct region){lo, size, host, calloc(size / PAGE, sizeof(struct page *))};
	if (region->pages == NULL) {
		end("out of memory", lo);
	}
}

static void add_ram(uint64_t lo, uint64_t size, uint8_t *host)
{
	add_space(lo, size, host);
	if (two_spaces) {
		add_space(lo | SECURE, size, host);
	}
}

static void open_flash(uint64_t pa, const void *host)
{
	size_t i;

	for (i = 0; i < options.flash.count && i < FLASH_MAX; i++) {
		const struct range *range = &options.flash.at[i];
		bool starts = host != NULL && pa - range->lo < range->hi - range->lo;

		flash[flash_count++] = (struct region){
			.lo = range->lo,
			.size = range->hi - range->lo,
			.host = starts ? (uint8_t *)(uintptr_t)host - (pa - range->lo) : NULL};
	}
}

void space_open(uint64_t pa, const void *host, bool secure)
{
	struct mapping mapping;
	size_t i;

	two_spaces = secure;
	open_flash(pa, host);
	for (i = 0; i < options.ram.count; i++) {
		const struct range *range = &options.ram.at[i];

		add_ram(range->lo, range->hi - range->lo, host_by_size(range));
	}
	if (options.ram.count == 0) {
		if (host == NULL || in_flash(pa)) {
			end("the start is not in RAM, and no ram= is given", pa);
		}
		mapping = mapping_of(pa, host);
		add_ram(pa - (uint64_t)((const uint8_t *)host - mapping.lo), (uint64_t)(mapping.hi - mapping.lo),
			mapping.lo);
	}
}

struct region *region_behind_first(uint64_t pa)
{
	unsigned int i;

	for (i = 1; i < region_count; i++) {
		if (pa - regions[i].lo < regions[i].size) {
			return &regions[i];
		}
	}
	return NULL;
}

uint64_t ram_pa(const void *host)
{
	const uint8_t *at = host;
	unsigned int i;

	for (i = 0; i < region_count; i += two_spaces ? 2 : 1) {
		if (at >= regions[i].host && at < regions[i].host + regions[i].size) {
			return regions[i].lo + (uint64_t)(at - regions[i].host);
		}
	}
	return 0;
}

static const struct region *flash_of(uint64_t pa)
{
	unsigned int i;

	pa &= ~SECURE;
	for (i = 0; i < flash_count; i++) {
		if (pa - flash[i].lo < flash[i].size) {
			return &flash[i];
		}
	}
	return NULL;
}

bool in_flash(uint64_t pa)
{
	return flash_of(pa) != NULL;
}

const void *memory_at(uint64_t pa)
{
	const struct region *in = flash_of(pa);

	if (in != NULL && in->host != NULL) {
		return in->host + ((pa & ~SECURE) - in->lo);
	}
	return ram_host(pa);
}
