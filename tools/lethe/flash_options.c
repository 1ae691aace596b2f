/* SPDX-License-Identifier: BSD-2-Clause */
/* The command line of `lethe flash`. Not getopt_long(): options.c says why. */
#include <string.h>

#include "flash.h"
#include "flash_console.h"
#include "tool.h"

enum { MACHINE, TREE, CONSOLE, CPUS, ON_FAILURE, SLOT_SIZE, OUTPUT, ELF, OPTIONS };

static const char *const names[OPTIONS] = {
	"--machine", "--tree", "--console", "--cpus", "--on-failure", "--slot-size", "-o", "--elf",
};

/* The option that arg names, or OPTIONS. *value is the text after '=', or null. */
static unsigned int find(const char *arg, const char **value)
{
	unsigned int i = 0;

	*value = NULL;
	for (; i < OPTIONS; i++) {
		const size_t length = strlen(names[i]);

		if (strcmp(arg, names[i]) == 0) {
			return i;
		}
		if (arg[1] == '-' && strncmp(arg, names[i], length) == 0 && arg[length] == '=') {
			*value = arg + length + 1;
			return i;
		}
	}
	return i;
}

static int add_bundle(struct flash_options *options, const char *name)
{
	if (options->count == LETHE_FLASH_SLOTS) {
		return tool_usage(
			"flash", "%s: at most %u bundles, the second for when the first is damaged",
			name, LETHE_FLASH_SLOTS);
	}
	options->bundle[options->count++] = name;
	return TOOL_OK;
}

static int check(const struct flash_options *options, const char *slot_size,
		 struct flash_options *changed)
{
	uint32_t choice;

	if (options->count == 0) {
		return tool_usage("flash", "a bundle is needed: lethe pack makes one");
	}
	if (!options->output) {
		return tool_usage("flash", "-o FILE is needed");
	}
	if (options->cpus && !machine_choice_cpus(options->cpus, &choice)) {
		return tool_usage("flash", "--cpus %s: is psci, spin-table or one", options->cpus);
	}
	if (options->on_failure && !machine_choice_failure(options->on_failure, &choice)) {
		return tool_usage("flash", "--on-failure %s: is halt or reset",
				  options->on_failure);
	}
	if (slot_size &&
	    (!machine_number(slot_size, &changed->slot_size) || changed->slot_size == 0)) {
		return tool_usage(
			"flash",
			"--slot-size %s: is a number of bytes, or with KiB or MiB behind it",
			slot_size);
	}
	return TOOL_OK;
}

int flash_options_parse(int argc, char **argv, struct flash_options *options)
{
	const char *slot_size = NULL;
	const char **const values[OPTIONS] = {
		[MACHINE] = &options->machine,       [TREE] = &options->tree,
		[CONSOLE] = &options->console,       [CPUS] = &options->cpus,
		[ON_FAILURE] = &options->on_failure, [SLOT_SIZE] = &slot_size,
		[OUTPUT] = &options->output,
	};
	unsigned int seen = 0;
	int code = TOOL_OK;

	memset(options, 0, sizeof(*options));
	for (int i = 0; code == TOOL_OK && i < argc; i++) {
		const char *value;
		const unsigned int id = find(argv[i], &value);

		if (id == OPTIONS && argv[i][0] == '-') {
			return tool_usage("flash", "%s is no option of it", argv[i]);
		}
		if (id == OPTIONS) {
			code = add_bundle(options, argv[i]);
			continue;
		}
		if ((seen & 1U << id) != 0) {
			return tool_usage("flash", "%s is given twice", names[id]);
		}
		seen |= 1U << id;
		if (id == ELF && value) {
			return tool_usage("flash", "--elf takes no value");
		}
		if (id != ELF && !value && i + 1 == argc) {
			return tool_usage("flash", "%s needs a value", names[id]);
		}
		if (id == ELF) {
			options->is_elf = true;
		} else {
			*values[id] = value ? value : argv[++i];
		}
	}
	return code == TOOL_OK ? check(options, slot_size, options) : code;
}

static int apply_console(const char *value, struct machine *machine)
{
	char reason[TOOL_REASON_SIZE];

	if (strcmp(value, "machine") == 0) {
		return machine->flash.console.data != 0
			       ? TOOL_OK
			       : tool_fail(TOOL_USAGE, machine->name,
					   "has no console: give --console UART,ADDR");
	}
	if (!flash_console_parse(value, &machine->flash.console, &machine->console_base, reason,
				 sizeof(reason))) {
		return tool_usage("flash", "--console %s: %s", value, reason);
	}
	return TOOL_OK;
}

int flash_options_apply(const struct flash_options *options, struct machine *machine)
{
	struct lethe_flash *flash = &machine->flash;

	if (options->cpus) {
		machine_choice_cpus(options->cpus, &flash->cpus);
	}
	if (options->on_failure) {
		machine_choice_failure(options->on_failure, &flash->on_failure);
	}
	if (options->console && apply_console(options->console, machine) != TOOL_OK) {
		return TOOL_USAGE;
	}
	if (flash->on_failure == LETHE_FLASH_RESET && flash->reset[0].address == 0) {
		return tool_fail(TOOL_USAGE, machine->name,
				 "on-failure reset: it does not say how it is reset");
	}
	if (flash->cpus == LETHE_FLASH_SPIN_TABLE && !machine->has_spin_page) {
		return tool_fail(TOOL_USAGE, machine->name,
				 "cpus spin-table: it has no spin-page for them to wait in");
	}
	if (flash->cpus != LETHE_FLASH_SPIN_TABLE) {
		flash->spin_page = 0;
	}
	/* A tree at an address is completed by the front end, which has no room for this. */
	if (flash->cpus == LETHE_FLASH_PSCI && (flash->flags & LETHE_FLASH_SECURE) == 0 &&
	    !options->tree && !machine->tree_is_file) {
		return tool_fail(TOOL_USAGE, machine->name,
				 "scratch is not secure, and PSCI stays there: give --tree "
				 "FILE.dtb, in which it "
				 "is reserved");
	}
	if (machine->tree_is_file && !options->tree) {
		return tool_fail(TOOL_USAGE, machine->name,
				 "has no device tree of its own: give --tree FILE.dtb");
	}
	if (options->slot_size % machine->erase != 0) {
		return tool_fail(TOOL_USAGE, machine->name,
				 "--slot-size: is no multiple of its erase block, 0x%llx bytes",
				 (unsigned long long)machine->erase);
	}
	return TOOL_OK;
}
