/* SPDX-License-Identifier: BSD-2-Clause */
/* The bundles of a flash file. */
#include <lethe/cache.h>
#include <lethe/image.h>

#include "flash/flash.h"

static uint64_t slot_at(unsigned int slot)
{
	return lethe_flash_state.file + lethe_flash_parameters()->slot[slot].offset;
}

static const struct lethe_blob_header *blob_of(unsigned int slot)
{
	return (const struct lethe_blob_header *)(slot_at(slot) + LETHE_BLOB_OFFSET);
}

static uint64_t image_size(unsigned int slot)
{
	return ((const struct lethe_image_header *)slot_at(slot))->image_size;
}

/* 0 for a blob that is whole: what runs before it can check itself above all. */
static uint64_t sum(const uint64_t *word, uint64_t size)
{
	const uint64_t *const end = word + size / sizeof(*word);
	uint64_t value = 0;

	while (word < end) {
		value += *word++;
	}
	return value;
}

/* Null, or what is wrong: what is copied from there must stay in bounds, and have an entry. */
static const char *check(unsigned int slot)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	const struct lethe_image_header *image = (const struct lethe_image_header *)slot_at(slot);
	const struct lethe_blob_header *blob = blob_of(slot);

	if (image->magic != LETHE_IMAGE_MAGIC || blob->magic != LETHE_BLOB_MAGIC ||
	    blob->version != LETHE_BLOB_VERSION || blob->plan_offset == 0) {
		return "no bundle at ";
	}
	if (blob->file_size <= blob->plan_offset || blob->file_size > flash->slot[slot].room ||
	    image->image_size < blob->file_size || image->image_size > flash->load_size) {
		return "too large at ";
	}
	return sum((const uint64_t *)slot_at(slot), blob->plan_offset) != 0 ? "damaged at " : 0;
}

static void say(unsigned int slot, const char *what, uint64_t value)
{
	const struct lethe_flash *flash = lethe_flash_parameters();

	lethe_flash_puts("lethe: FAIL flash: slot ", flash);
	lethe_flash_put('0' + slot, flash);
	lethe_flash_puts(": ", flash);
	lethe_flash_puts(what, flash);
	lethe_flash_put_hex(value, flash);
	lethe_flash_puts("\r\n", flash);
}

uint64_t lethe_flash_slot_choose(void)
{
	const struct lethe_flash *flash = lethe_flash_parameters();

	for (;; lethe_flash_state.slot++) {
		const unsigned int slot = lethe_flash_state.slot;
		const char *wrong;

		if (slot >= LETHE_FLASH_SLOTS || flash->slot[slot].offset == 0) {
			lethe_flash_fail("no slot left, from ", slot_at(0), flash);
		}
		wrong = check(slot);
		if (wrong == 0) {
			break;
		}
		say(slot, wrong, slot_at(slot));
	}
	return image_size(lethe_flash_state.slot);
}

void lethe_flash_slot_copy(void)
{
	const struct lethe_flash *flash = lethe_flash_parameters();
	const unsigned int slot = lethe_flash_state.slot;
	const uint64_t *from = (const uint64_t *)slot_at(slot);
	uint64_t *to = (uint64_t *)flash->load;
	const uint64_t end = flash->load + blob_of(slot)->file_size;

	lethe_flash_ram_need(flash->load, image_size(slot));
	lethe_flash_line("flash copies the bundle at ", slot_at(slot));
	if (!lethe_flash_state.is_cached) {
		/* No line of an earlier program is left to land on what is stored to memory. */
		lethe_dcache_clean_inval_poc(flash->load, end);
	}
	while ((uint64_t)to < end) {
		/* All loads before the stores: the compiler makes pairs of them. */
		const uint64_t a = from[0], b = from[1], c = from[2], d = from[3];

		to[0] = a;
		to[1] = b;
		to[2] = c;
		to[3] = d;
		to += 4;
		from += 4;
	}
	/* To memory. Without caches: the last bundle was fetched from there, perhaps ahead of the
	 * stores. */
	lethe_dcache_clean_inval_poc(flash->load, end);
}
