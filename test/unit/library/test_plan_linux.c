/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe_plan_linux(): a plan that the check accepts, everything in the room and nothing over another, and each refusal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <lethe/boot.h>
#include <lethe/image.h>
#include <lethe/plan_build.h>
#include <lethe/sha256.h>

#define MIB	 0x100000ULL
#define WORKSPACE 0x4b000ULL
#define PLAN_SIZE 4096U

/* The library's own needs the blob. */
uint64_t lethe_boot_workspace(uint64_t plan_size, uint64_t list_entries, unsigned int page_shift)
{
	assert_int_equal(plan_size, PLAN_SIZE);
	assert_int_equal(list_entries + page_shift, 0);
	return WORKSPACE;
}

static struct lethe_image_header kernel[64];
static uint64_t tree[32];
static uint64_t buffer[PLAN_SIZE / 8];
static struct lethe_plan *const plan = (struct lethe_plan *)buffer;

static struct lethe_linux linux_of(uint64_t room, uint64_t room_size)
{
	static const uint8_t tree_header[] = {0xd0, 0x0d, 0xfe, 0xed, 0, 0, 1, 0};

	memset(buffer, 0xa5, sizeof(buffer));
	memset(kernel, 0x11, sizeof(kernel));
	kernel[0].magic = LETHE_IMAGE_MAGIC;
	kernel[0].image_size = 3 * MIB;
	kernel[0].text_offset = 0x80000;
	memcpy(tree, tree_header, sizeof(tree_header));
	assert_int_equal(lethe_plan_init(buffer, sizeof(buffer), "linux"), 0);
	return (struct lethe_linux){kernel, 0x81000000, sizeof(kernel), "initrd", 0x82000000, 6, tree, 0x83000000, "quiet", room, room_size};
}

static int make(const struct lethe_linux *boot)
{
	const int status = lethe_plan_linux(plan, sizeof(buffer), boot);

	if (status == LETHE_OK) {
		lethe_plan_seal(plan);
		assert_int_equal(lethe_plan_check(plan, sizeof(buffer), NULL), 0);
	}
	return status;
}

static void test_whole(void **state)
{
	const struct lethe_linux boot = linux_of(0x40001000, 64 * MIB);
	const struct lethe_segment *segment;
	const struct lethe_slot *slot;
	uint8_t digest[LETHE_DIGEST_SIZE];
	struct lethe_sha256 sha;

	(void)state;
	assert_int_equal(lethe_plan_window(plan, sizeof(buffer), 0x40000000, 0x10000000), 0);
	assert_int_equal(make(&boot), 0);
	assert_int_equal(plan->segment_count, 3);
	assert_int_equal(plan->window_count, 1);
	segment = lethe_plan_segments(plan);
	assert_string_equal(segment[0].name, "kernel");
	assert_int_equal(segment[0].source, 0x81000000);
	assert_int_equal(segment[0].dest, 0x40280000);
	assert_int_equal(segment[0].file_size, sizeof(kernel));
	assert_int_equal(segment[0].mem_size, 3 * MIB);
	lethe_sha256_init(&sha);
	lethe_sha256_update(&sha, kernel, sizeof(kernel));
	lethe_sha256_final(&sha, digest);
	assert_memory_equal(segment[0].digest, digest, sizeof(digest));
	assert_string_equal(segment[1].name, "tree");
	assert_int_equal(segment[1].source, 0x83000000);
	assert_int_equal(segment[1].flags, LETHE_SEGMENT_IN_PLACE);
	assert_int_equal(segment[1].file_size, 256);
	assert_string_equal(segment[2].name, "initrd");
	assert_int_equal(segment[2].source, 0x82000000);
	assert_int_equal(segment[2].flags, LETHE_SEGMENT_IN_PLACE);
	slot = lethe_plan_slots(plan);
	assert_int_equal(slot->entry_segment, 0);
	assert_int_equal(slot->tree_segment, 1);
	assert_int_equal(slot->initrd_segment, 2);
	assert_int_equal(slot->tree_base, 0x40600000);
	assert_int_equal(slot->tree_size, LETHE_FDT_MAX);
	assert_string_equal(lethe_plan_strings(plan) + slot->cmdline_offset, "quiet");
	assert_int_equal(plan->console_kind, LETHE_CONSOLE_STDOUT);
	assert_int_equal(plan->workspace_base, 0x40800000);
	assert_int_equal(plan->workspace_size, WORKSPACE);
}

static void test_kernel_and_tree_alone(void **state)
{
	struct lethe_linux boot = linux_of(0x40000000, 64 * MIB);

	(void)state;
	boot.initrd = NULL;
	boot.cmdline = NULL;
	assert_int_equal(make(&boot), 0);
	assert_int_equal(plan->segment_count, 2);
	assert_int_equal(lethe_plan_slots(plan)->initrd_segment, LETHE_INDEX_NONE);
	assert_int_equal(lethe_plan_slots(plan)->cmdline_size, 0);
}

/* A digest that the caller has: nothing is read, and what is compared is what was given. */
static void test_manifest(void **state)
{
	uint8_t digest[LETHE_DIGEST_SIZE];

	(void)state;
	memset(digest, 0x5a, sizeof(digest));
	linux_of(0, 0);
	assert_int_equal(lethe_plan_segment_digest(plan, sizeof(buffer), "given", digest, 0x1000, 0x2000, 5, 8), 0);
	assert_memory_equal(lethe_plan_segments(plan)[0].digest, digest, sizeof(digest));
	assert_int_equal(lethe_plan_segments(plan)[0].source, 0x1000);
	assert_int_equal(lethe_plan_segments(plan)[0].dest, 0x2000);
	assert_int_equal(lethe_plan_segments(plan)[0].flags, 0);
	assert_int_equal(lethe_plan_segment_digest(plan, 0, "given", digest, 0x1000, 0x2000, 5, 8), LETHE_E_PLAN_SIZE);
}

/* The least that fits from each beginning, and one byte less; what is used is inside. */
static void test_room(void **state)
{
	static const uint64_t rooms[] = {0, 0x1000, 0x1fffff, 0x40000000, 0x40000001, 0xffffffff00000000};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		const uint64_t end = ((rooms[i] + 0x1fffff) & ~0x1fffffULL) + 4 * MIB + LETHE_FDT_MAX + WORKSPACE;
		struct lethe_linux boot = linux_of(rooms[i], end - rooms[i]);

		assert_int_equal(make(&boot), 0);
		assert_int_equal(plan->workspace_base + plan->workspace_size, end);
		boot = linux_of(rooms[i], end - rooms[i] - 1);
		assert_int_equal(make(&boot), LETHE_E_CALLER_ROOM);
	}
}

static void test_room_refused(void **state)
{
	static const uint64_t rooms[][2] = {
		{0x40000000, 0}, {0x40000000, 0 - 0x3fffffffULL}, {2, UINT64_MAX}, {0xffffffffffe00000, 0x200000}, {UINT64_MAX, 1}};

	(void)state;
	for (unsigned int i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		const struct lethe_linux boot = linux_of(rooms[i][0], rooms[i][1]);

		assert_int_equal(make(&boot), LETHE_E_CALLER_ROOM);
	}
}

static void test_refused(void **state)
{
	struct lethe_linux boot = linux_of(0x40000000, 64 * MIB);

	(void)state;
	kernel[0].magic ^= 1;
	assert_int_equal(make(&boot), LETHE_E_CALLER_KERNEL);
	boot = linux_of(0x40000000, 64 * MIB);
	kernel[0].image_size = 0;
	assert_int_equal(make(&boot), LETHE_E_CALLER_KERNEL);
	kernel[0].image_size = sizeof(kernel) - 1;
	assert_int_equal(make(&boot), LETHE_E_CALLER_KERNEL);
	kernel[0].image_size = UINT64_MAX;
	assert_int_equal(make(&boot), LETHE_E_CALLER_ROOM);
	kernel[0].image_size = 3 * MIB;
	kernel[0].text_offset = 2 * MIB;
	assert_int_equal(make(&boot), LETHE_E_CALLER_KERNEL);
	boot = linux_of(0x40000000, 64 * MIB);
	boot.kernel_size = sizeof(kernel[0]) - 1;
	assert_int_equal(make(&boot), LETHE_E_CALLER_KERNEL);
	boot = linux_of(0x40000000, 64 * MIB);
	tree[0] = 0;
	assert_int_equal(make(&boot), LETHE_E_TREE_HEADER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),	cmocka_unit_test(test_kernel_and_tree_alone), cmocka_unit_test(test_manifest),
		cmocka_unit_test(test_room),	cmocka_unit_test(test_room_refused),	      cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
