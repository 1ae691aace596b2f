/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe inspect of a flash file. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "flash_view.h"
#include "paste.h"

static void print_head(const struct flash_view *view)
{
	printf("code     0x%x bytes, version %" PRIu32 ", needs 0x%" PRIx32
	       " bytes of scratch, crc32 0x%08" PRIx32 " %s\n",
	       LETHE_FLASH_CODE_SIZE, view->head.version, view->head.need, view->code_crc,
	       view_verdict_text(view->code_verdict));
	for (unsigned int i = 0; i < LETHE_FLASH_COPIES; i++) {
		const struct flash_view_copy *copy = &view->copy[i];

		printf("param %u  at 0x%x, crc32 0x%08" PRIx32 " %s\n", i,
		       LETHE_FLASH_CODE_SIZE + i * LETHE_FLASH_COPY_SIZE, copy->flash.crc,
		       copy->is_sound   ? "ok"
		       : copy->is_there ? "bad"
					: "missing");
	}
}

static void print_writes(const char *name, const struct lethe_flash_write *writes,
			 unsigned int count)
{
	if (writes[0].address == 0) {
		return;
	}
	printf("%-8s", name);
	for (unsigned int i = 0; i < count && writes[i].address != 0; i++) {
		printf(" 0x%" PRIx64 "=0x%" PRIx32, writes[i].address, writes[i].value);
		if (writes[i].keep != 0) {
			printf("&0x%" PRIx32, writes[i].keep);
		}
	}
	printf("\n");
}

static void print_console(const struct lethe_flash_console *console)
{
	if (console->data == 0) {
		printf("console  none\n");
		return;
	}
	printf("console  0x%" PRIx64 ", when 0x%" PRIx64 " & 0x%" PRIx32 " is 0x%" PRIx32
	       ", %" PRIu32 " bytes wide\n",
	       console->data, console->status, console->mask, console->ready, console->width);
	print_writes("  on", console->on, 2);
}

static void print_range(const char *name, uint64_t base, uint64_t size, const char *more)
{
	char text[32];

	printf("%-8s 0x%" PRIx64 " to 0x%" PRIx64 ", %s%s\n", name, base, base + size,
	       tool_size_text(text, size), more);
}

static void print_machine(const struct lethe_flash *flash)
{
	static const char *const cpus[] = {"one", "psci", "spin-table"};

	printf("cpus     %s, CPU 0x%" PRIx64 " boots\n",
	       flash->cpus < 3 ? cpus[flash->cpus] : "unknown", flash->boot_cpu);
	if (flash->cpus == LETHE_FLASH_SPIN_TABLE) {
		print_range("spin", flash->spin_page, TOOL_PAGE, "");
	}
	if (flash->vector != 0) {
		printf("wake     entry at 0x%" PRIx64 " + 0x%" PRIx32 " * Aff0, then 0x%" PRIx32
		       " << Aff0 cleared in 0x%" PRIx64 "\n",
		       flash->vector, flash->vector_stride, flash->wake_mask, flash->wake);
	}
	if (flash->gic == 0) {
		printf("gic      none\n");
	} else {
		printf("gic      v%" PRIu32 ", distributor 0x%" PRIx64 ", %s 0x%" PRIx64,
		       flash->gic, flash->distributor,
		       flash->gic == 2 ? "CPU interface" : "redistributors", flash->redistributor);
		printf(flash->gic == 2 ? "\n" : " to 0x%" PRIx64 "\n",
		       flash->redistributor + flash->redistributor_size);
	}
	if (flash->frequency != 0) {
		printf("counter  %" PRIu32 " Hz\n", flash->frequency);
	}
	print_writes("counter", flash->counter, LETHE_FLASH_WRITES);
	printf("failure  %s\n", flash->on_failure == LETHE_FLASH_RESET ? "reset" : "halt");
	print_writes("reset", flash->reset, LETHE_FLASH_WRITES);
	print_writes("off", flash->off, LETHE_FLASH_WRITES);
}

static void print_parameters(const struct flash_view *view)
{
	const struct lethe_flash *flash = view->flash;

	print_range("file", flash->base, flash->file_size, "");
	print_range("scratch", flash->scratch, flash->scratch_size,
		    (flash->flags & LETHE_FLASH_SECURE) != 0 ? ", secure" : "");
	print_range("load", flash->load, flash->load_size, ", for the bundle");
	print_range("tree", flash->tree, flash->tree_room, ", for the device tree");
	if (flash->tree_offset == 0) {
		printf("         from 0x%" PRIx64 "\n", flash->tree_address);
	} else {
		printf("         from offset 0x%" PRIx32 ", %" PRIu32 " bytes, crc32 0x%08" PRIx32
		       " %s\n",
		       flash->tree_offset, flash->tree_size, flash->tree_crc,
		       view_verdict_text(view->tree_verdict));
	}
	print_console(&flash->console);
	print_machine(flash);
}

/* The line that puts another bundle into a slot: the unit is the largest that the offset allows. */
static void print_dd(const struct flash_view *view, const char *name, uint64_t offset)
{
	const uint64_t at = view->offset + offset;
	const uint64_t unit = at % (64 * TOOL_KIB) == 0 ? 64 : 4;

	printf("         update: dd if=new.img of=");
	paste_word(stdout, name);
	printf(" bs=%" PRIu64 "K seek=%" PRIu64 " conv=notrunc\n", unit,
	       (uint64_t)(at / (unit * TOOL_KIB)));
}

static void print_table(const struct flash_view *view, const char *name)
{
	char text[32];

	tool_put(stdout, name);
	printf(": Lethe flash file%s, %" PRIu64 " bytes (%s)\n", view->is_elf ? " in an ELF" : "",
	       view->offset + view->size, tool_size_text(text, view->offset + view->size));
	print_head(view);
	if (!view->flash) {
		return;
	}
	print_parameters(view);
	for (unsigned int i = 0; i < LETHE_FLASH_SLOTS; i++) {
		const struct lethe_flash_slot *slot = &view->flash->slot[i];

		if (slot->offset == 0) {
			continue;
		}
		printf("slot %u   offset 0x%" PRIx64 ", room 0x%" PRIx64 " (%s)\n", i, slot->offset,
		       slot->room, tool_size_text(text, slot->room));
		print_dd(view, name, slot->offset);
	}
	for (unsigned int i = 0; i < LETHE_FLASH_SLOTS; i++) {
		char title[sizeof("slot 0")];

		if (view->slot[i].view) {
			snprintf(title, sizeof(title), "slot %u", i);
			printf("\n");
			inspect_print(view->slot[i].view, title);
		}
	}
}

int flash_inspect(const struct file *file, bool is_json)
{
	struct flash_view *view = tool_alloc(sizeof(*view));
	int code;

	flash_view_open(view, file->bytes, file->size);
	flash_view_digest(view, NULL);
	if (is_json) {
		flash_json_print(view, file->name);
	} else {
		print_table(view, file->name);
	}
	flash_view_complain(view, file->name);
	code = flash_view_code(view);
	flash_view_close(view);
	free(view);
	return code;
}
