/* SPDX-License-Identifier: BSD-2-Clause */
/* The values of a machine's text, one function a key. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flash_console.h"
#include "machine.h"
#include "tool.h"

#define ADDRESS_END (1ULL << 48) /* of what Lethe maps */
#define AFFINITY    0xff00ffffffULL

static const char page_text[] = "not a multiple of 4 KiB";
static const char end_text[] = "ends above 48 bits of address";

bool machine_number(const char *text, uint64_t *value)
{
	static const struct {
		const char *suffix;
		uint64_t unit;
	} units[] = {{"KiB", TOOL_KIB}, {"MiB", TOOL_MIB}, {"GiB", TOOL_GIB}};
	const size_t length = strlen(text);
	uint64_t unit = 1;
	char number[24];

	if (length >= sizeof(number)) {
		return false;
	}
	strcpy(number, text);
	for (size_t i = 0; i < 3 && length > 3; i++) {
		if (strcmp(text + length - 3, units[i].suffix) == 0) {
			number[length - 3] = 0;
			unit = units[i].unit;
		}
	}
	if (!tool_number(number, value) || *value > UINT64_MAX / unit) {
		return false;
	}
	*value *= unit;
	return true;
}

bool machine_choice_cpus(const char *text, uint32_t *value)
{
	static const char *const names[] = {"one", "psci", "spin-table"};

	for (*value = 0; *value < 3; ++*value) {
		if (strcmp(text, names[*value]) == 0) {
			return true;
		}
	}
	return false;
}

bool machine_choice_failure(const char *text, uint32_t *value)
{
	*value = strcmp(text, "reset") == 0 ? LETHE_FLASH_RESET : LETHE_FLASH_HALT;
	return *value == LETHE_FLASH_RESET || strcmp(text, "halt") == 0;
}

/* The only word of the value as a number. */
static bool only_number(const struct machine_value *value, uint64_t *number)
{
	return value->count == 1 && machine_number(value->word[0], number);
}

/* Two words from the first on, as whole pages. */
static const char *read_range(struct machine_value *value, unsigned int first, uint64_t *base,
			      uint64_t *size)
{
	if (value->count < first + 2 || !machine_number(value->word[first], base) ||
	    !machine_number(value->word[first + 1], size) || *size == 0) {
		return "";
	}
	if (*base % TOOL_PAGE != 0 || *size % TOOL_PAGE != 0) {
		return page_text;
	}
	return *base >= ADDRESS_END || *size > ADDRESS_END - *base ? end_text : NULL;
}

const char *machine_base(struct machine *machine, struct machine_value *value)
{
	if (!only_number(value, &machine->flash.base)) {
		return "";
	}
	if (machine->flash.base % TOOL_PAGE != 0) {
		return page_text;
	}
	return machine->flash.base >= ADDRESS_END ? end_text : NULL;
}

const char *machine_size(struct machine *machine, struct machine_value *value)
{
	machine->is_exact = strcmp(value->word[0], "exact") == 0;
	if (value->count != 1U + machine->is_exact ||
	    !machine_number(value->word[machine->is_exact], &machine->size) || machine->size == 0) {
		return "";
	}
	return machine->size % TOOL_PAGE != 0 ? page_text : NULL;
}

const char *machine_erase(struct machine *machine, struct machine_value *value)
{
	if (!only_number(value, &machine->erase)) {
		return "";
	}
	return machine->erase < TOOL_PAGE || (machine->erase & (machine->erase - 1)) != 0
		       ? "not a power of two from 4 KiB on"
		       : NULL;
}

const char *machine_ram(struct machine *machine, struct machine_value *value)
{
	return value->count != 2 ? "" : read_range(value, 0, &machine->ram, &machine->ram_size);
}

const char *machine_scratch(struct machine *machine, struct machine_value *value)
{
	if (value->count == 3 && strcmp(value->word[2], "secure") == 0) {
		machine->flash.flags |= LETHE_FLASH_SECURE;
	} else if (value->count != 2) {
		return "";
	}
	return read_range(value, 0, &machine->flash.scratch, &machine->flash.scratch_size);
}

const char *machine_tree(struct machine *machine, struct machine_value *value)
{
	machine->tree_is_file = value->count == 1 && strcmp(value->word[0], "file") == 0;
	if (machine->tree_is_file) {
		return NULL;
	}
	if (value->count != 2 || strcmp(value->word[0], "at") != 0 ||
	    !machine_number(value->word[1], &machine->flash.tree_address)) {
		return "";
	}
	if (machine->flash.tree_address % 8 != 0) {
		return "not a multiple of 8";
	}
	return machine->flash.tree_address >= ADDRESS_END - TOOL_MIB ? end_text : NULL;
}

const char *machine_console(struct machine *machine, struct machine_value *value)
{
	if (value->count != 1) {
		return "";
	}
	return flash_console_parse(value->word[0], &machine->flash.console, &machine->console_base,
				   value->reason, sizeof(value->reason))
		       ? NULL
		       : value->reason;
}

const char *machine_gic(struct machine *machine, struct machine_value *value)
{
	struct lethe_flash *flash = &machine->flash;
	const bool is_v3 = strcmp(value->word[0], "v3") == 0;

	if (value->count == 1 && strcmp(value->word[0], "none") == 0) {
		return NULL;
	}
	if ((!is_v3 && strcmp(value->word[0], "v2") != 0) || value->count != 3U + is_v3 ||
	    !machine_number(value->word[1], &flash->distributor) ||
	    !machine_number(value->word[2], &flash->redistributor)) {
		return "";
	}
	if (is_v3) {
		const char *reason =
			read_range(value, 2, &flash->redistributor, &flash->redistributor_size);
		if (reason) {
			return reason;
		}
		if (flash->redistributor_size % 0x20000 != 0) {
			return "redistributors are 128 KiB each";
		}
	}
	flash->gic = is_v3 ? 3 : 2;
	if (flash->distributor % TOOL_PAGE != 0 || flash->redistributor % TOOL_PAGE != 0) {
		return page_text;
	}
	return flash->distributor >= ADDRESS_END || flash->redistributor >= ADDRESS_END ? end_text
											: NULL;
}

const char *machine_frequency(struct machine *machine, struct machine_value *value)
{
	uint64_t number;

	if (!only_number(value, &number) || number > UINT32_MAX) {
		return "";
	}
	machine->flash.frequency = (uint32_t)number;
	return NULL;
}

const char *machine_boot_cpu(struct machine *machine, struct machine_value *value)
{
	if (!only_number(value, &machine->flash.boot_cpu)) {
		return "";
	}
	return (machine->flash.boot_cpu & ~AFFINITY) != 0 ? "has bits beside the affinity's" : NULL;
}

const char *machine_cpus(struct machine *machine, struct machine_value *value)
{
	return value->count == 1 && machine_choice_cpus(value->word[0], &machine->flash.cpus) ? NULL
											      : "";
}

const char *machine_on_failure(struct machine *machine, struct machine_value *value)
{
	return value->count == 1 &&
			       machine_choice_failure(value->word[0], &machine->flash.on_failure)
		       ? NULL
		       : "";
}

const char *machine_spin_page(struct machine *machine, struct machine_value *value)
{
	machine->has_spin_page = true;
	if (!only_number(value, &machine->flash.spin_page)) {
		return "";
	}
	if (machine->flash.spin_page % TOOL_PAGE != 0) {
		return page_text;
	}
	return machine->flash.spin_page >= ADDRESS_END ? end_text : NULL;
}

const char *machine_wake(struct machine *machine, struct machine_value *value)
{
	struct lethe_flash *flash = &machine->flash;
	uint64_t stride;
	uint64_t mask;

	if (value->count != 4 || !machine_number(value->word[0], &flash->vector) ||
	    !machine_number(value->word[1], &stride) ||
	    !machine_number(value->word[2], &flash->wake) ||
	    !machine_number(value->word[3], &mask) || flash->vector == 0 || stride == 0 ||
	    mask == 0 || stride > UINT32_MAX || mask > UINT32_MAX) {
		return "";
	}
	if (flash->vector % 8 != 0 || stride % 8 != 0 || flash->wake % 4 != 0) {
		return "an entry is 8 bytes at a multiple of 8, the register 4 at a multiple of 4";
	}
	flash->vector_stride = (uint32_t)stride;
	flash->wake_mask = (uint32_t)mask;
	return flash->vector >= ADDRESS_END || flash->wake >= ADDRESS_END ? end_text : NULL;
}

/* ADDR=VALUE or ADDR=VALUE&KEEP; takes the word apart. */
static const char *read_write(char *word, struct lethe_flash_write *write)
{
	char *equal = strchr(word, '=');
	char *and = strchr(word, '&');
	uint64_t value;
	uint64_t keep = 0;

	if (!equal) {
		return "";
	}
	*equal = 0;
	if (and) {
		*and = 0;
	}
	if (!machine_number(word, &write->address) || write->address == 0 ||
	    !machine_number(equal + 1, &value) || (and&&!machine_number(and+1, &keep)) ||
	    value > UINT32_MAX || keep > UINT32_MAX) {
		return "";
	}
	write->value = (uint32_t)value;
	write->keep = (uint32_t)keep;
	return write->address % 4 != 0         ? "an address is not a multiple of 4"
	       : write->address >= ADDRESS_END ? end_text
					       : NULL;
}

static const char *read_writes(struct machine_value *value, struct lethe_flash_write *writes)
{
	for (unsigned int i = 0; i < value->count; i++) {
		const char *reason = read_write(value->word[i], &writes[i]);

		if (reason) {
			return reason;
		}
	}
	return NULL;
}

_Static_assert(MACHINE_WORDS == LETHE_FLASH_WRITES, "each word is a write");

const char *machine_counter(struct machine *machine, struct machine_value *value)
{
	return read_writes(value, machine->flash.counter);
}

const char *machine_reset(struct machine *machine, struct machine_value *value)
{
	return read_writes(value, machine->flash.reset);
}

const char *machine_off(struct machine *machine, struct machine_value *value)
{
	return read_writes(value, machine->flash.off);
}
