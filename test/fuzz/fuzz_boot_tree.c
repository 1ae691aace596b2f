/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The whole way from a tree that a loader left to the tree that is handed on:
 * lethe_read_tree_find(), lethe_stage_read() and lethe_stage_describe(), in a machine of fakes
 * (boot_world.h). What Lethe says is held against a second reader (flat_tree.h), which uses neither
 * libfdt nor sets of ranges:
 * - after LETHE_OK no part of the bundle touches what the tree reserves, nor what the loader left
 * for the next kernel; each destination outside the extent is RAM by each source; all is usable;
 * - nothing is mapped but the bundle and what the loader left; no-map memory never is;
 * - a UART is neither Lethe's nor RAM;
 * - the tree handed on has each reservation that was there, but for those that ended; nothing
 * outside /chosen has changed;
 * - a refusal has a reason, which the second reader finds as well;
 * - the work is linear in the size of the input.
 */

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "boot_check.h"
#include "boot_claims.h"
#include "boot_input.h"
#include "boot_plan.h"
#include "boot_world.h"
#include "fuzz.h"
#include "read_tree.h"
#include "stages.h"
#include "tree_input.h"

#define PAGE 4096ULL

/* Blocks of code for each byte of the tree and of the tables, and for an empty tree. */
#define WORK_PER_BYTE 100U
#define WORK_AT_LEAST 200000U

static struct {
	uint64_t accepted;
	uint64_t handed_on;
	uint64_t refused[700];
	uint64_t not_placed;
	uint64_t work_most; /* a byte, times 100 */
} report;

static void describe(void)
{
	const struct lethe_range buffer = boot_ctx.placement.tree;
	int status;

	if (boot_ctx.tree == NULL || !boot_in_world(buffer.start, lethe_range_size(buffer))) {
		return;
	}
	world_back(buffer);
	world_open(buffer);
	status = lethe_stage_describe(&boot_ctx);
	must(status == LETHE_OK || status == LETHE_E_TREE_NOSPACE);
	if (status == LETHE_OK) {
		report.handed_on++;
		boot_check_handed_on((const void *)buffer.start);
	}
}

/* The memory stage. */
static void start(const struct boot_input *input)
{
	lethe_read_tree_find(&boot_ctx);
	if ((input->flags & BOOT_CACHED) != 0) {
		boot_ctx.is_cached = true;
		world_map_at_start(boot_ctx.placement.workspace);
		world_map_at_start(boot_ctx.placement.plan);
		world_map_at_start(boot_ctx.loader_tree);
	}
}

static void put_memory(const struct boot_input *input, const uint8_t *bytes)
{
	const uint8_t *tree = bytes + input->efi_size + input->kho_size;

	world_put(input->efi_pa, bytes, input->efi_size);
	world_put(input->kho_pa, bytes + input->efi_size, input->kho_size);
	if ((input->flags & BOOT_LOADER) != 0) {
		world_put(input->tree_pa, tree, input->tree_size);
	}
	if ((input->flags & BOOT_PACKED) != 0) {
		world_put(input->extent + BOOT_DTB, tree, input->tree_size);
	}
}

static void check_work(uint64_t bytes)
{
	const uint64_t a_byte = world_work * 100 / (bytes + WORK_AT_LEAST / WORK_PER_BYTE);

	report.work_most = a_byte > report.work_most ? a_byte : report.work_most;
	must(world_work <= WORK_AT_LEAST + WORK_PER_BYTE * bytes);
}

static void boot(const struct boot_input *input, const uint8_t *bytes)
{
	const uint8_t *tree = bytes + input->efi_size + input->kho_size;
	int status;

	if (!boot_plan_enter(input, &boot_ctx)) {
		report.not_placed++;
		return;
	}
	world_begin();
	put_memory(input, bytes);
	start(input);
	status = lethe_stage_read(&boot_ctx);
	if (boot_ctx.tree != NULL) {
		must(flat_read(&old_tree, tree));
		boot_read_claims();
		boot_check_uart(status);
	}
	if (status != LETHE_OK) {
		report.refused[-status]++;
		boot_check_refused(status);
	} else if (boot_ctx.tree != NULL) {
		report.accepted++;
		boot_check_accepted();
		describe();
	}
	check_work(input->tree_size + input->efi_size + input->kho_size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct boot_input input;

	if (size < sizeof(input)) {
		return 0;
	}
	memcpy(&input, data, sizeof(input));
	if (input.efi_size > BOOT_TABLE_MAX || input.kho_size > BOOT_TABLE_MAX ||
	    input.tree_size > FLAT_SIZE_MAX ||
	    size - sizeof(input) != input.efi_size + input.kho_size + input.tree_size ||
	    input.extent % PAGE != 0 || !boot_in_world(input.extent, BOOT_EXTENT) ||
	    !boot_in_world(input.tree_pa, input.tree_size) ||
	    !boot_in_world(input.efi_pa, input.efi_size) ||
	    !boot_in_world(input.kho_pa, input.kho_size)) {
		return 0;
	}
	boot(&input, data + sizeof(input));
	return 0;
}

int fuzz_report(uint64_t inputs)
{
	printf("  accepted %" PRIu64 ", handed on %" PRIu64 ", not placed %" PRIu64
	       "; work at most %" PRIu64 ".%02" PRIu64 " blocks a byte\n",
	       report.accepted, report.handed_on, report.not_placed, report.work_most / 100,
	       report.work_most % 100);
	for (int i = 0; i < 700; i++) {
		if (report.refused[i] != 0) {
			printf("  %-16s %" PRIu64 "\n", lethe_status_name(-i), report.refused[i]);
		}
	}
	return report.handed_on < inputs / 20;
}
