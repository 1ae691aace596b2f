/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe inspect of a bundle. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "console/uart_drivers.h"
#include "view.h"

/* The name of a number, or the number if no name exists. */
static const char *choice(char *buffer, const char *const *names, size_t count, uint32_t value)
{
	if (value < count && names[value] != NULL) {
		return names[value];
	}
	snprintf(buffer, 24, "unknown (%" PRIu32 ")", value);
	return buffer;
}

#define CHOICE(buffer, names, value)                                                               \
	choice(buffer, names, sizeof(names) / sizeof((names)[0]), value)

/* Prints bytes of a file on a terminal. */
static void print_text(const char *text, size_t size)
{
	for (size_t i = 0; i < size && text[i]; i++) {
		putchar(text[i] >= 0x20 && text[i] <= 0x7e ? text[i] : '?');
	}
}

static void print_headers(const struct view *view)
{
	static const char *const pages[] = {"any page size", "4 KiB pages", "16 KiB pages",
					    "64 KiB pages"};
	const struct lethe_image_header *image = &view->image;
	const struct lethe_blob_header *blob = &view->blob;
	char text[32];

	if (view->has_image) {
		printf("image    text_offset 0x%" PRIx64 ", image_size 0x%" PRIx64
		       " (%s), flags 0x%" PRIx64 " (%s)\n",
		       image->text_offset, image->image_size,
		       tool_size_text(text, image->image_size), image->flags,
		       pages[(image->flags & LETHE_IMAGE_FLAG_PAGE_MASK) >>
			     LETHE_IMAGE_FLAG_PAGE_SHIFT]);
	}
	if (view->has_image && view->has_blob && image->image_size > blob->file_size) {
		printf("room     0x%" PRIx64
		       " (%s) behind the file: RAM that nothing else uses or reserves\n",
		       image->image_size - blob->file_size,
		       tool_size_text(text, image->image_size - blob->file_size));
	}
	if (view->has_blob) {
		printf("blob     0x%" PRIx64 " (%s), plan at 0x%" PRIx64 ", %s\n", blob->blob_size,
		       tool_size_text(text, blob->blob_size), blob->plan_offset,
		       blob->plan_offset == 0 ? "bare"
		       : view->same_blob      ? "the same as in this command"
					      : "not the one in this command");
	}
}

static void print_efi(const struct view *view)
{
	const struct efi_view *efi = &view->efi;

	if (efi->head.size == 0) {
		return;
	}
	printf("efi      0x%" PRIx32 " at 0x%" PRIx64 ", %s, %s", efi->head.size, efi->head.offset,
	       efi->same ? "the same as in this command" : "not the one in this command",
	       efi->certificates != 0 ? "signed" : "not signed");
	if (efi->certificates != 0) {
		printf(" (%" PRIu64 " bytes at 0x%" PRIx64 ")", efi->certificates, efi->certificates_at);
	}
	putchar('\n');
}

static void print_plan(const struct lethe_plan *plan)
{
	static const char *const on_fail[] = {"return", "halt", "reset", "fallback"};
	static const char *const el[] = {"as entered", "1"};
	static const char *const console[] = {"none", "stdout", "auto",
#define UART(name, number, ...) [number] = #name,
					      LETHE_UART_DRIVERS(UART)
#undef UART
	};
	static const char *const psci[] = {"from the tree", "none", "smc", "hvc"};
	static const char *const mode[] = {"best", "uncached"};
	static const char *const cpus[] = {"keep", "pen", "psci"};
	const uint32_t efi = plan->flags & (LETHE_PLAN_EFI_VOUCH | LETHE_PLAN_EFI_INITRD | LETHE_PLAN_EFI_CMDLINE |
					    LETHE_PLAN_EFI_TREE);
	char buffer[6][24];
	char digest[65];

	printf("plan     version %" PRIu32 ", %" PRIu32 " bytes, sha256 %s\n", plan->version,
	       plan->total_size, view_hex(digest, plan->digest));
	printf("policy   on-fail %s, el %s, mode %s, psci %s, cpus %s%s%s\n",
	       CHOICE(buffer[0], on_fail, plan->on_fail), CHOICE(buffer[1], el, plan->el),
	       CHOICE(buffer[2], mode, plan->mode), CHOICE(buffer[3], psci, plan->psci),
	       CHOICE(buffer[5], cpus, plan->cpus),
	       (plan->flags & LETHE_PLAN_STOP_AFTER_CHECK) != 0 ? ", stop after check" : "",
	       (plan->flags & LETHE_PLAN_COHERENT) != 0 ? ", coherent sources" : "");
	if (efi != 0) {
		printf("trust    under Secure Boot:%s%s%s%s\n",
		       (efi & LETHE_PLAN_EFI_VOUCH) != 0 ? " vouches for its kernel" : "",
		       (efi & LETHE_PLAN_EFI_INITRD) != 0 ? " +initrd" : "",
		       (efi & LETHE_PLAN_EFI_CMDLINE) != 0 ? " +cmdline" : "",
		       (efi & LETHE_PLAN_EFI_TREE) != 0 ? " +dtb" : "");
	}
	printf("console  %s", CHOICE(buffer[4], console, plan->console_kind));
	if (plan->console_base != 0) {
		printf(" at 0x%" PRIx64, plan->console_base);
	}
	if (lethe_uart_registers(plan->console_kind) == LETHE_UART_SPACED) {
		printf(", shift %" PRIu32 ", width %" PRIu32, plan->console_reg_shift,
		       plan->console_reg_width);
	}
	putchar('\n');
}

/* Prints "segment 2", or none if the plan refers to no segment. */
static void print_reference(uint32_t segment, const char *none)
{
	if (segment == LETHE_INDEX_NONE) {
		printf("%s", none);
	} else {
		printf("segment %" PRIu32, segment);
	}
}

static void print_slot(const struct lethe_plan *plan, uint32_t index)
{
	const struct lethe_slot *slot = &lethe_plan_slots(plan)[index];
	const char *strings = lethe_plan_strings(plan);

	printf("slot %" PRIu32 "   \"", index);
	print_text(slot->name, LETHE_NAME_SIZE);
	printf("\": %" PRIu32 " segments from %" PRIu32 ", enter ", slot->segment_count,
	       slot->first_segment);
	print_reference(slot->entry_segment, "physical address");
	printf(" + 0x%" PRIx64 ", initrd ", slot->entry);
	print_reference(slot->initrd_segment, "the loader's");
	printf("\n         tree ");
	if ((slot->flags & LETHE_SLOT_FORCE_TREE) == 0) {
		printf("the loader's, else ");
	}
	print_reference(slot->tree_segment,
			(slot->flags & LETHE_SLOT_TREE_OPTIONAL) != 0 ? "none" : "failure");
	printf("; slot for it at %s0x%" PRIx64 ", 0x%" PRIx64 " bytes\n",
	       (slot->flags & LETHE_SLOT_TREE_OFFSET) != 0 ? "offset " : "", slot->tree_base,
	       slot->tree_size);
	printf("         command line ");
	if (slot->cmdline_size == 0) {
		printf("the tree's\n");
	} else if (slot->cmdline_offset > plan->strings_size ||
		   slot->cmdline_size > plan->strings_size - slot->cmdline_offset) {
		printf("out of range\n");
	} else {
		putchar('"');
		print_text(strings + slot->cmdline_offset, slot->cmdline_size);
		printf("\"\n");
	}
}

/* A root is not what sha256sum prints, so it is not shown as if it were. */
static void print_roots(const struct view *view)
{
	const struct lethe_segment *segment = lethe_plan_segments(view->plan);
	char digest[65];

	for (uint32_t i = 0; i < view->plan->segment_count; i++) {
		if (segment[i].chunk_shift >= LETHE_CHUNK_SHIFT_MIN &&
		    segment[i].chunk_shift <= LETHE_CHUNK_SHIFT_MAX) {
			printf("    %" PRIu32 " %" PRIu64 " chunks, sha256-chunks:%" PRIu32
			       ":%" PRIu64 ":%s\n",
			       i, lethe_segment_chunks(&segment[i]), segment[i].chunk_shift,
			       segment[i].file_size, view_hex(digest, segment[i].digest));
		}
	}
}

static void print_segments(const struct view *view)
{
	const struct lethe_segment *segment = lethe_plan_segments(view->plan);

	printf("\n %2s %-15s %-6s %-12s %-12s %12s %12s  %-7s %s\n", "#", "segment", "flags",
	       "source", "destination", "file size", "memory size", "sha256", "expected");
	for (uint32_t i = 0; i < view->plan->segment_count; i++) {
		const uint32_t flags = segment[i].flags;
		char name[LETHE_NAME_SIZE + 1] = "";
		char source[24];
		char dest[24];
		char digest[65];

		memcpy(name, segment[i].name, LETHE_NAME_SIZE);
		for (char *c = name; *c; c++) {
			*c = *c < 0x20 || *c > 0x7e ? '?' : *c;
		}
		snprintf(source, sizeof(source), "%s0x%" PRIx64,
			 (flags & LETHE_SEGMENT_SOURCE_OFFSET) != 0 ? "+" : "", segment[i].source);
		snprintf(dest, sizeof(dest), "0x%" PRIx64, segment[i].dest);
		printf(" %2" PRIu32 " %-15s %c%c%c%c   %-12s %-12s %12" PRIu64 " %12" PRIu64
		       "  %-7s %.16s...\n",
		       i, name, (flags & LETHE_SEGMENT_SOURCE_OFFSET) != 0 ? 'o' : '-',
		       (flags & LETHE_SEGMENT_SOURCE_LIST) != 0 ? 'l' : '-',
		       (flags & LETHE_SEGMENT_IN_PLACE) != 0 ? 'p' : '-',
		       (flags & LETHE_SEGMENT_RESERVE) != 0 ? 'r' : '-', source,
		       (flags & LETHE_SEGMENT_IN_PLACE) != 0 ? "in place" : dest,
		       segment[i].file_size, segment[i].mem_size,
		       view_verdict_text(view->verdict[i]), view_hex(digest, segment[i].digest));
	}
	print_roots(view);
	printf("    + from byte 0 of the file; o source is such an offset, l from a page list, "
	       "p in place, r reserved\n");
}

static void print_windows(const struct lethe_plan *plan)
{
	const struct lethe_window *window = lethe_plan_windows(plan);

	for (uint32_t i = 0; i < plan->window_count; i++) {
		printf("window %" PRIu32 " [0x%" PRIx64 ", 0x%" PRIx64 ")\n", i, window[i].base,
		       window[i].base + window[i].size);
	}
}

void inspect_print(const struct view *view, const char *name)
{
	char text[32];

	tool_put(stdout, name);
	printf(": %s, %" PRIu64 " bytes (%s)\n",
	       !view->has_blob               ? "not a Lethe bundle"
	       : view->blob.plan_offset == 0 ? "bare Lethe blob"
					     : "Lethe bundle",
	       view->size, tool_size_text(text, view->size));
	print_headers(view);
	print_efi(view);
	if (view->plan) {
		print_plan(view->plan);
		for (uint32_t i = 0; i < view->plan->slot_count; i++) {
			print_slot(view->plan, i);
		}
		print_windows(view->plan);
		print_segments(view);
		if (view->placed) {
			map_print(view);
		}
	}
}
