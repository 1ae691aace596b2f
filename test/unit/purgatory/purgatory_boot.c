/* SPDX-License-Identifier: BSD-2-Clause */
/* A kernel and a tree in regions of whole pages, as kexec loads: see purgatory_world.h. */

#include <stdlib.h>
#include <string.h>

#include <sanitizer/asan_interface.h>

#include <lethe/sha256.h>

#include "purgatory_world.h"

#define PAGE 0x1000U

/* A kernel and regions of other files. */
static uint8_t pages[15][PAGE] __attribute__((aligned(PAGE)));

static uint8_t *allocate(const struct boot *boot, uint64_t size)
{
	uint8_t *bytes = aligned_alloc(PAGE, size);

	if (bytes == NULL || boot->at + boot->size > size || boot->seen > size || boot->more > 14) {
		abort();
	}
	memset(bytes, 0xa5, size);
	memcpy(bytes + boot->at, boot->bytes, boot->size);
	return bytes;
}

struct lethe_context *boot_begin(struct region *region, const struct boot *boot)
{
	struct symbols symbols = {.sink = boot->sink, .kernel_entry = (uint64_t)pages};
	struct lethe_context *ctx = sequence_begin();
	struct lethe_sha256 sha;
	unsigned int i;

	region->size = boot->pages * PAGE;
	region->bytes = allocate(boot, region->size);
	symbols.dtb_addr = (uint64_t)region->bytes + boot->at;
	for (i = 0; i <= boot->more; i++) {
		symbols.regions[i].start = (uint64_t)pages[i];
		symbols.regions[i].size = PAGE;
	}
	symbols.regions[i].start = (uint64_t)region->bytes;
	symbols.regions[i].size = region->size;
	if (boot->is_sealed) {
		lethe_sha256_init(&sha);
		lethe_sha256_update(&sha, pages, i * PAGE);
		lethe_sha256_update(&sha, region->bytes, region->size);
		lethe_sha256_final(&sha, symbols.digest);
	}
	symbols_set(&symbols);
	ASAN_POISON_MEMORY_REGION(region->bytes + boot->seen, region->size - boot->seen);
	return ctx;
}

void boot_end(struct region *region)
{
	ASAN_UNPOISON_MEMORY_REGION(region->bytes, region->size);
	free(region->bytes);
	region->bytes = NULL;
}
