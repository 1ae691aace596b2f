/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_flash_slot_choose() and lethe_flash_slot_copy(): which bundle, what is said of the others, and where bytes go.
 * The memory for a bundle is an allocation of exactly the size that was asked for. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/cache.h>
#include <lethe/image.h>

#include "flash_world.h"

#define SLOT   0x4000U
#define ROOM   0x2000U
#define FILE_  0x1000U /* bytes of a bundle */
#define IMAGE  0x3000U
#define MEMORY 0x8000U

static _Alignas(4096) uint8_t file[SLOT + 2 * ROOM];
static uint64_t cleaned_start, cleaned_end;
static unsigned int cleaned; /* times, of a whole bundle */
static uint64_t first_word, last_word; /* that RAM was looked for at */

void lethe_dcache_clean_inval_poc(uint64_t start, uint64_t end)
{
	if (end - start != sizeof(uint64_t)) {
		cleaned_start = start;
		cleaned_end = end;
		cleaned++;
	} else {
		first_word = first_word < start ? first_word : start;
		last_word = last_word > start ? last_word : start;
	}
}

static struct lethe_image_header *image(unsigned int slot)
{
	return (struct lethe_image_header *)(file + SLOT + slot * ROOM);
}

static struct lethe_blob_header *blob(unsigned int slot)
{
	return (struct lethe_blob_header *)(file + SLOT + slot * ROOM + LETHE_BLOB_OFFSET);
}

/* Two bundles, of which the first is tried. */
static void begin(void)
{
	for (size_t i = 0; i < sizeof(file); i++) {
		file[i] = (uint8_t)(i * 7 + i / 256);
	}
	flash_world = (struct lethe_flash){.load_size = MEMORY, .slot = {{SLOT, ROOM}, {SLOT + ROOM, ROOM}}};
	lethe_flash_state = (struct lethe_flash_state){.file = (uint64_t)file};
	for (unsigned int slot = 0; slot < 2; slot++) {
		image(slot)->magic = LETHE_IMAGE_MAGIC;
		image(slot)->image_size = IMAGE + slot * 8;
		*blob(slot) = (struct lethe_blob_header){
			.magic = LETHE_BLOB_MAGIC, .version = LETHE_BLOB_VERSION, .plan_offset = 0x800, .file_size = FILE_};
	}
	cleaned = 0;
	first_word = UINT64_MAX;
	last_word = 0;
}

static uint64_t memory_needed;
static bool is_sealed = true; /* before each choice */

/* The last word of the blob makes the sum of all 0. */
static void seal(unsigned int slot)
{
	uint64_t *word = (uint64_t *)(void *)image(slot);
	const uint64_t count = blob(slot)->plan_offset / sizeof(*word);

	if (count == 0 || count > FILE_ / sizeof(*word)) {
		return; /* refused anyway */
	}
	word[count - 1] = 0;
	for (uint64_t i = 0; i < count - 1; i++) {
		word[count - 1] -= word[i];
	}
}

static void choose(void)
{
	if (is_sealed) {
		seal(0);
		seal(1);
	}
	memory_needed = lethe_flash_slot_choose();
}

/* This slot is chosen, after these lines. The address in a line is its slot's. */
static void assert_chosen(unsigned int wanted, const char *what)
{
	char text[512] = "";

	assert_null(flash_world_run(choose));
	assert_int_equal(lethe_flash_state.slot, wanted);
	assert_int_equal(memory_needed, image(wanted)->image_size);
	if (what != NULL) {
		snprintf(text, sizeof(text), "lethe: FAIL flash: slot 0: %s0x%llx\r\n", what, (unsigned long long)(uintptr_t)image(0));
	}
	assert_string_equal(flash_world_output, text);
}

static void assert_none(const char *first, const char *second)
{
	char text[512];
	int length = 0;

	assert_string_equal(flash_world_run(choose), "no slot left, from ");
	assert_int_equal(flash_world_value, (uintptr_t)image(0));
	if (first != NULL) {
		length = snprintf(text, sizeof(text), "lethe: FAIL flash: slot 0: %s0x%llx\r\n", first,
				  (unsigned long long)(uintptr_t)image(0));
	}
	snprintf(text + length, sizeof(text) - (size_t)length, "lethe: FAIL flash: slot 1: %s0x%llx\r\n", second,
		 (unsigned long long)(uintptr_t)image(1));
	assert_string_equal(flash_world_output, text);
}

#define NO_BUNDLE "no bundle at "
#define TOO_LARGE "too large at "

/* Each field of either header, wrong in one bundle: the other one, or none behind it. */
#define WRONG(what, of, field, value)                                                                                  \
	do {                                                                                                           \
		begin();                                                                                               \
		of(0)->field = value;                                                                                  \
		assert_chosen(1, what);                                                                                \
		begin();                                                                                               \
		of(1)->field = value;                                                                                  \
		assert_chosen(0, NULL);                                                                                \
		lethe_flash_state.slot = 1;                                                                            \
		assert_none(NULL, what);                                                                               \
		of(0)->field = value;                                                                                  \
		lethe_flash_state.slot = 0;                                                                            \
		assert_none(what, what);                                                                               \
	} while (0)

#define RIGHT(of, field, value)                                                                                        \
	do {                                                                                                           \
		begin();                                                                                               \
		of(0)->field = value;                                                                                  \
		assert_chosen(0, NULL);                                                                                \
		lethe_flash_state.slot = 1;                                                                            \
		of(1)->field = value;                                                                                  \
		assert_chosen(1, NULL);                                                                                \
	} while (0)

static void test_headers(void **state)
{
	(void)state;
	begin();
	assert_chosen(0, NULL);
	WRONG(NO_BUNDLE, image, magic, 0);
	WRONG(NO_BUNDLE, image, magic, LETHE_IMAGE_MAGIC ^ 0x80000000);
	WRONG(NO_BUNDLE, blob, magic, LETHE_BLOB_MAGIC ^ 1);
	WRONG(NO_BUNDLE, blob, magic, LETHE_BLOB_MAGIC ^ 1ULL << 63);
	WRONG(NO_BUNDLE, blob, version, 0);
	WRONG(NO_BUNDLE, blob, version, 2);
	WRONG(NO_BUNDLE, blob, plan_offset, 0); /* a bare blob */
	WRONG(TOO_LARGE, blob, file_size, 0);
	WRONG(TOO_LARGE, blob, file_size, 0x800); /* ends where its plan begins */
	RIGHT(blob, file_size, 0x808);
	WRONG(TOO_LARGE, blob, plan_offset, FILE_);
	WRONG(TOO_LARGE, blob, plan_offset, UINT64_MAX);
	WRONG(TOO_LARGE, blob, file_size, ROOM + 1);
	WRONG(TOO_LARGE, blob, file_size, UINT64_MAX);
	RIGHT(blob, file_size, ROOM);
	WRONG(TOO_LARGE, image, image_size, 0);
	WRONG(TOO_LARGE, image, image_size, FILE_ - 1);
	RIGHT(image, image_size, FILE_);
	RIGHT(image, image_size, MEMORY);
	WRONG(TOO_LARGE, image, image_size, MEMORY + 1);
	WRONG(TOO_LARGE, image, image_size, UINT64_MAX);
}

/* Any bit of the blob, its headers and what is behind them. What is wrong with a header in another way is said first. */
static void test_damaged(void **state)
{
	(void)state;
	begin();
	assert_chosen(0, NULL);
	is_sealed = false;
	for (unsigned int at = 0; at < 0x800; at++) {
		const bool is_header = at >= 16 && at < LETHE_BLOB_OFFSET + 40;

		for (unsigned int bit = 0; bit < 8 && !is_header; bit++) {
			file[SLOT + at] ^= (uint8_t)(1U << bit);
			assert_chosen(1, "damaged at ");
			file[SLOT + at] ^= (uint8_t)(1U << bit);
			lethe_flash_state.slot = 0;
		}
	}
	file[SLOT + 0x800] ^= 1; /* the plan's digest finds that */
	assert_chosen(0, NULL);
	is_sealed = true;
}

/* A slot's room is its own. */
static void test_rooms(void **state)
{
	(void)state;
	begin();
	flash_world.slot[0].room = FILE_ - 1;
	assert_chosen(1, TOO_LARGE);
	begin();
	flash_world.slot[1].room = FILE_ - 1;
	assert_chosen(0, NULL);
	lethe_flash_state.slot = 1;
	assert_none(NULL, TOO_LARGE);
}

/* Of one bundle, and behind the last one. */
static void test_one_slot(void **state)
{
	(void)state;
	begin();
	flash_world.slot[1].offset = 0;
	assert_chosen(0, NULL);
	assert_false(lethe_flash_has_next());
	image(0)->magic = 0;
	assert_string_equal(flash_world_run(choose), "no slot left, from ");
	assert_null(strstr(flash_world_output, "slot 1"));
	begin();
	assert_true(lethe_flash_has_next());
	lethe_flash_state.slot = 1;
	assert_false(lethe_flash_has_next());
	for (unsigned int slot = 2; slot != 1; slot = slot == 2 ? UINT32_MAX : 1) {
		lethe_flash_state.slot = slot;
		assert_string_equal(flash_world_run(choose), "no slot left, from ");
		assert_string_equal(flash_world_output, "");
	}
}

/* The whole file, and nothing behind it but what the image has as memory; either is cleaned once. */
static void assert_copied(unsigned int slot, uint64_t file_size, uint64_t image_size, bool is_cached)
{
	char text[128];
	uint8_t *memory = aligned_alloc(4096, (image_size + 4095) & ~4095UL);
	uint64_t i;

	begin();
	assert_non_null(memory);
	memset(memory, 0xa5, (image_size + 4095) & ~4095UL);
	lethe_flash_state.slot = slot;
	lethe_flash_state.is_cached = is_cached;
	flash_world.load = (uint64_t)memory;
	blob(slot)->file_size = file_size;
	image(slot)->image_size = image_size;
	assert_null(flash_world_run(lethe_flash_slot_copy));
	assert_memory_equal(memory, image(slot), file_size);
	for (i = (file_size + 31) & ~31UL; i < image_size; i++) {
		assert_int_equal(memory[i], 0xa5);
	}
	assert_int_equal(first_word, (uint64_t)memory);
	assert_int_equal(last_word, ((uint64_t)memory + image_size - 1) & ~7UL);
	assert_int_equal(cleaned, is_cached ? 1 : 2); /* without MMU before the stores, too */
	assert_int_equal(cleaned_start, (uint64_t)memory);
	assert_int_equal(cleaned_end, (uint64_t)memory + file_size);
	snprintf(text, sizeof(text), "lethe: flash copies the bundle at 0x%llx\r\n", (unsigned long long)(uintptr_t)image(slot));
	assert_string_equal(flash_world_output, text);
	free(memory);
}

static void test_copy(void **state)
{
	(void)state;
	for (int is_cached = 0; is_cached < 2; is_cached++) {
		assert_copied(0, FILE_, IMAGE, is_cached);
		assert_copied(1, FILE_, IMAGE, is_cached);
		assert_copied(0, ROOM, ROOM, is_cached);
		assert_copied(1, ROOM, MEMORY, is_cached);
	}
	/* A header that is damaged says any size; its memory is looked at all the same. */
	for (uint64_t size = FILE_ - 40; size <= FILE_; size++) {
		assert_copied(0, size, FILE_, false);
	}
	for (uint64_t size = IMAGE - 8; size <= IMAGE; size++) {
		assert_copied(0, FILE_, size, false);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_rooms),
		cmocka_unit_test(test_one_slot),
		cmocka_unit_test(test_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
