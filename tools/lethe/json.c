/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * lethe inspect --json. The keys are an interface, documented in lethe(1): every field of the plan
 * under its name in plan.h and as a number. A reader can make the plan's bytes again. Reserved
 * fields are left out: they are zero in every accepted plan.
 */
#include <inttypes.h>
#include <stdio.h>

#include "view.h"

/* Prints bytes as a JSON string. The bytes need not be text: all but ASCII becomes \u00XX. */
void json_string(const char *text, size_t limit)
{
	putchar('"');
	for (size_t i = 0; i < limit && text[i]; i++) {
		const unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\') {
			printf("\\%c", c);
		} else if (c < 0x20 || c > 0x7e) {
			printf("\\u%04x", c);
		} else {
			putchar(c);
		}
	}
	putchar('"');
}

static void key_string(const char *key, const char *text, size_t limit)
{
	printf("\"%s\": ", key);
	json_string(text, limit);
	printf(", ");
}

static void key_hex(const char *key, const uint8_t *bytes, size_t size)
{
	printf("\"%s\": \"", key);
	for (size_t i = 0; i < size; i++) {
		printf("%02x", bytes[i]);
	}
	putchar('"');
}

#define NAMED(name, value) printf("\"%s\": %" PRIu64 ", ", name, (uint64_t)(value))
#define KEY(object, field) NAMED(#field, (object)->field)

static void print_headers(const struct view *view)
{
	const struct lethe_image_header *image = &view->image;
	const struct lethe_blob_header *blob = &view->blob;

	if (view->has_image) {
		printf("  \"image\": {");
		KEY(image, code0);
		KEY(image, code1);
		KEY(image, text_offset);
		KEY(image, image_size);
		KEY(image, flags);
		KEY(image, pe_offset);
		printf("\"magic\": %" PRIu32 "},\n", image->magic);
	}
	if (view->has_blob) {
		printf("  \"blob\": {");
		KEY(blob, version);
		KEY(blob, blob_size);
		KEY(blob, plan_offset);
		KEY(blob, file_size);
		key_hex("digest", blob->digest, sizeof(blob->digest));
		printf(", \"same_as_command\": %s},\n", view->same_blob ? "true" : "false");
	}
	if (view->efi.head.size != 0) {
		printf("  \"efi\": {");
		KEY(&view->efi.head, offset);
		KEY(&view->efi.head, data);
		KEY(&view->efi.head, sbat);
		KEY(&view->efi.head, size);
		KEY(&view->efi, certificates);
		KEY(&view->efi, certificates_at);
		printf("\"same_as_command\": %s},\n", view->efi.same ? "true" : "false");
	}
}

static void print_slots(const struct lethe_plan *plan)
{
	printf("    \"slots\": [");
	for (uint32_t i = 0; i < plan->slot_count; i++) {
		const struct lethe_slot *slot = &lethe_plan_slots(plan)[i];

		printf("%s\n      {", i == 0 ? "" : ",");
		key_string("name", slot->name, LETHE_NAME_SIZE);
		KEY(slot, flags);
		KEY(slot, first_segment);
		KEY(slot, segment_count);
		KEY(slot, entry_segment);
		KEY(slot, entry);
		printf("\"x\": [%" PRIu64 ", %" PRIu64 ", %" PRIu64 ", %" PRIu64 "], ", slot->x[0],
		       slot->x[1], slot->x[2], slot->x[3]);
		KEY(slot, cmdline_offset);
		KEY(slot, cmdline_size);
		if (slot->cmdline_size != 0 && slot->cmdline_offset <= plan->strings_size &&
		    slot->cmdline_size <= plan->strings_size - slot->cmdline_offset) {
			key_string("cmdline", lethe_plan_strings(plan) + slot->cmdline_offset,
				   slot->cmdline_size);
		}
		KEY(slot, tree_segment);
		KEY(slot, initrd_segment);
		KEY(slot, tree_base);
		printf("\"tree_size\": %" PRIu64 "}", slot->tree_size);
	}
	printf("\n    ],\n");
}

static void print_segments(const struct view *view)
{
	const struct lethe_plan *plan = view->plan;

	printf("    \"segments\": [");
	for (uint32_t i = 0; i < plan->segment_count; i++) {
		const struct lethe_segment *segment = &lethe_plan_segments(plan)[i];

		printf("%s\n      {", i == 0 ? "" : ",");
		key_string("name", segment->name, LETHE_NAME_SIZE);
		KEY(segment, flags);
		KEY(segment, source);
		KEY(segment, dest);
		KEY(segment, file_size);
		KEY(segment, mem_size);
		KEY(segment, align);
		KEY(segment, align_offset);
		KEY(segment, chunk_shift);
		KEY(segment, first_chunk);
		key_hex("digest", segment->digest, LETHE_DIGEST_SIZE);
		if (view->verdict[i] == VIEW_OK || view->verdict[i] == VIEW_BAD) {
			printf(", ");
			key_hex("found", view->found[i], LETHE_DIGEST_SIZE);
		}
		if (view->verdict[i] == VIEW_BAD && view->bad_chunk[i] != UINT64_MAX) {
			printf(", \"bad_chunk\": %" PRIu64, view->bad_chunk[i]);
		}
		printf(", \"verdict\": \"%s\"}", view_verdict_text(view->verdict[i]));
	}
	printf("\n    ],\n");
}

static void print_plan(const struct view *view)
{
	const struct lethe_plan *plan = view->plan;

	printf("  \"plan\": {\n    ");
	KEY(plan, magic);
	KEY(plan, version);
	KEY(plan, total_size);
	key_hex("digest", plan->digest, LETHE_DIGEST_SIZE);
	printf(",\n    ");
	KEY(plan, flags);
	KEY(plan, on_fail);
	KEY(plan, slot_count);
	KEY(plan, segment_count);
	KEY(plan, window_count);
	KEY(plan, strings_size);
	printf("\n    ");
	KEY(plan, el);
	KEY(plan, hyp_stub);
	KEY(plan, psci);
	KEY(plan, mode);
	KEY(plan, console_kind);
	KEY(plan, console_reg_shift);
	KEY(plan, console_reg_width);
	KEY(plan, chunk_count);
	KEY(plan, console_base);
	printf("\n    ");
	KEY(plan, extent_size);
	KEY(plan, workspace_base);
	KEY(plan, workspace_size);
	KEY(plan, list_head);
	KEY(plan, list_page_shift);
	KEY(plan, cpus);
	printf("\n");
	print_slots(plan);
	print_segments(view);
	printf("    \"windows\": [");
	for (uint32_t i = 0; i < plan->window_count; i++) {
		const struct lethe_window *window = &lethe_plan_windows(plan)[i];

		printf("%s{\"base\": %" PRIu64 ", \"size\": %" PRIu64 "}", i == 0 ? "" : ", ",
		       window->base, window->size);
	}
	printf("],\n    ");
	key_hex("chunks", lethe_plan_chunks(plan), plan->chunk_count * (size_t)LETHE_DIGEST_SIZE);
	printf(",\n    ");
	key_hex("strings", (const uint8_t *)lethe_plan_strings(plan), plan->strings_size);
	printf("\n  },\n");
}

static void print_placement(const struct view *view)
{
	const struct lethe_placement *placement = view->placement.placement;

	printf("  \"placement\": {");
	NAMED("image_base", placement->extent.start);
	NAMED("extent_end", placement->extent.end);
	KEY(placement, entry);
	NAMED("tree", placement->tree.start);
	NAMED("tree_end", placement->tree.end);
	printf("\"slots\": [");
	for (uint32_t i = 0; i < view->plan->slot_count; i++) {
		printf("%s{", i == 0 ? "" : ", ");
		KEY(&placement[i], entry);
		NAMED("tree", placement[i].tree.start);
		printf("\"tree_end\": %" PRIu64 "}", placement[i].tree.end);
	}
	printf("], \"segments\": [");
	for (uint32_t i = 0; i < view->plan->segment_count; i++) {
		printf("%s{\"source\": %" PRIu64 ", \"dest\": %" PRIu64 "}", i == 0 ? "" : ", ",
		       placement->segment[i].source, placement->segment[i].dest);
	}
	printf("]},\n");
}

void json_print(const struct view *view, const char *name)
{
	static const char *const what[] = {"", "segment", "window", "slot", "tree"};

	printf("{\n  ");
	key_string("file", name, (size_t)-1);
	printf("\"size\": %" PRIu64 ", \"ok\": %s,\n", view->size,
	       view->problem_count == 0 ? "true" : "false");
	print_headers(view);
	if (view->plan) {
		print_plan(view);
		if (view->placed) {
			print_placement(view);
		}
	}
	printf("  \"problems\": [");
	for (unsigned int i = 0; i < view->problem_count; i++) {
		const struct view_problem *problem = &view->problem[i];

		printf("%s\n    {", i == 0 ? "" : ",");
		printf("\"status\": %d, \"what\": \"%s\", \"index\": %u, ", problem->status,
		       what[problem->what], problem->index);
		printf("\"name\": \"LETHE_E_%s\", ", lethe_status_name(problem->status));
		printf("\"text\": ");
		json_string(problem->text, sizeof(problem->text));
		printf("}");
	}
	printf("%s]\n}\n", view->problem_count != 0 ? "\n  " : "");
}
