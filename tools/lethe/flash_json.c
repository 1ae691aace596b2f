/* SPDX-License-Identifier: BSD-2-Clause */
/* lethe inspect --json of a flash file. The keys are an interface, documented in lethe(1). */
#include <inttypes.h>
#include <stdio.h>

#include "flash_view.h"

#define NAMED(name, value) printf("\"%s\": %" PRIu64 ", ", name, (uint64_t)(value))
#define KEY(object, field) NAMED(#field, (object)->field)

static const char *text_of(bool value)
{
	return value ? "true" : "false";
}

static void print_writes(const char *name, const struct lethe_flash_write *writes,
			 unsigned int count)
{
	printf("\"%s\": [", name);
	for (unsigned int i = 0; i < count && writes[i].address != 0; i++) {
		printf("%s{", i == 0 ? "" : ", ");
		KEY(&writes[i], address);
		KEY(&writes[i], value);
		printf("\"keep\": %" PRIu32 "}", writes[i].keep);
	}
	printf("]");
}

static void print_console(const struct lethe_flash_console *console)
{
	printf("\"console\": {");
	KEY(console, data);
	KEY(console, status);
	KEY(console, mask);
	KEY(console, ready);
	KEY(console, width);
	print_writes("on", console->on, 2);
	printf("},\n    ");
}

static void print_parameters(const struct lethe_flash *flash)
{
	printf("  \"parameters\": {\n    ");
	KEY(flash, magic);
	KEY(flash, version);
	KEY(flash, crc);
	KEY(flash, flags);
	KEY(flash, code_crc);
	KEY(flash, on_failure);
	KEY(flash, cpus);
	KEY(flash, base);
	KEY(flash, file_size);
	printf("\n    ");
	KEY(flash, scratch);
	KEY(flash, scratch_size);
	KEY(flash, load);
	KEY(flash, load_size);
	KEY(flash, tree);
	KEY(flash, tree_room);
	KEY(flash, tree_size);
	KEY(flash, tree_offset);
	KEY(flash, tree_crc);
	KEY(flash, tree_address);
	printf("\n    ");
	print_console(&flash->console);
	print_writes("counter", flash->counter, LETHE_FLASH_WRITES);
	printf(", ");
	KEY(flash, frequency);
	KEY(flash, gic);
	KEY(flash, boot_cpu);
	KEY(flash, distributor);
	KEY(flash, redistributor);
	KEY(flash, redistributor_size);
	KEY(flash, spin_page);
	printf("\n    ");
	KEY(flash, vector);
	KEY(flash, wake);
	KEY(flash, wake_mask);
	KEY(flash, vector_stride);
	print_writes("reset", flash->reset, LETHE_FLASH_WRITES);
	printf(", ");
	print_writes("off", flash->off, LETHE_FLASH_WRITES);
	printf("\n  },\n");
}

static void print_slots(const struct flash_view *view)
{
	bool is_first = true;

	printf("  \"slots\": [");
	for (unsigned int i = 0; i < LETHE_FLASH_SLOTS; i++) {
		const struct lethe_flash_slot *slot = &view->flash->slot[i];
		char title[sizeof("slot 0")];

		if (slot->offset == 0) {
			continue;
		}
		printf("%s\n{", is_first ? "" : ",");
		is_first = false;
		KEY(slot, offset);
		KEY(slot, room);
		printf("\"bundle\": ");
		if (view->slot[i].view) {
			snprintf(title, sizeof(title), "slot %u", i);
			json_print(view->slot[i].view, title);
		} else {
			printf("null");
		}
		printf("}");
	}
	printf("],\n");
}

void flash_json_print(const struct flash_view *view, const char *name)
{
	printf("{\n  \"file\": ");
	json_string(name, (size_t)-1);
	printf(", \"size\": %" PRIu64 ", \"ok\": %s, \"elf\": %s,\n", view->offset + view->size,
	       text_of(flash_view_code(view) == TOOL_OK), text_of(view->is_elf));
	printf("  \"flash\": {");
	KEY(view, offset);
	NAMED("version", view->head.version);
	NAMED("need", view->head.need);
	printf("\"code_crc\": %" PRIu32 ", \"code_verdict\": \"%s\"},\n", view->code_crc,
	       view_verdict_text(view->code_verdict));
	printf("  \"copies\": [");
	for (unsigned int i = 0; i < LETHE_FLASH_COPIES; i++) {
		printf("%s{\"crc\": %" PRIu32 ", \"ok\": %s}", i == 0 ? "" : ", ",
		       view->copy[i].crc, text_of(view->copy[i].is_sound));
	}
	printf("],\n");
	if (view->flash) {
		print_parameters(view->flash);
		printf("  \"tree_verdict\": \"%s\",\n", view_verdict_text(view->tree_verdict));
		print_slots(view);
	}
	printf("  \"problems\": [");
	for (unsigned int i = 0; i < view->problem_count; i++) {
		printf("%s\n    {\"code\": %d, \"text\": ", i == 0 ? "" : ",",
		       view->problem[i].code);
		json_string(view->problem[i].text, sizeof(view->problem[i].text));
		printf("}");
	}
	printf("%s]\n}\n", view->problem_count != 0 ? "\n  " : "");
}
