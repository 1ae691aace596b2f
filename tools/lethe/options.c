/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Not getopt_long(): getopt_long() accepts abbreviations, which break scripts when an option is
 * added, and accepts an option given twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "tool.h"

enum option_id {
	OPTION_KERNEL,
	OPTION_INITRD,
	OPTION_DTB,
	OPTION_FORCE_DTB,
	OPTION_APPEND,
	OPTION_EL,
	OPTION_CPUS,
	OPTION_ON_FAIL,
	OPTION_CONSOLE,
	OPTION_CHUNKS,
	OPTION_RAW,
	OPTION_STOP_AFTER,
	OPTION_NO_EFI,
	OPTION_VOUCH,
	OPTION_ALLOW_LOADER,
	OPTION_FALLBACK,
	OPTION_OUTPUT,
	OPTION_COUNT
};

/*
 * The subject of an option, which says where the option may stand: --fallback begins the next slot.
 */
enum option_of {
	OF_SLOT, /* once in each slot */
	OF_PLAN, /* once, before the first --fallback */
	OF_FILE  /* once, anywhere */
};

static const struct {
	const char *name;
	int has_value;
	enum option_of of;
} table[OPTION_COUNT] = {
	[OPTION_KERNEL] = {"--kernel", 1, OF_SLOT},
	[OPTION_INITRD] = {"--initrd", 1, OF_SLOT},
	[OPTION_DTB] = {"--dtb", 1, OF_SLOT},
	[OPTION_FORCE_DTB] = {"--force-dtb", 0, OF_SLOT},
	[OPTION_APPEND] = {"--append", 1, OF_SLOT},
	[OPTION_EL] = {"--el", 1, OF_PLAN},
	[OPTION_CPUS] = {"--cpus", 1, OF_PLAN},
	[OPTION_ON_FAIL] = {"--on-fail", 1, OF_PLAN},
	[OPTION_CONSOLE] = {"--console", 1, OF_PLAN},
	[OPTION_CHUNKS] = {"--chunks", 1, OF_PLAN},
	[OPTION_RAW] = {"--raw", 1, OF_SLOT},
	[OPTION_STOP_AFTER] = {"--stop-after", 1, OF_PLAN},
	[OPTION_NO_EFI] = {"--no-efi", 0, OF_PLAN},
	[OPTION_VOUCH] = {"--vouch", 0, OF_PLAN},
	[OPTION_ALLOW_LOADER] = {"--allow-loader", 1, OF_PLAN},
	[OPTION_FALLBACK] = {"--fallback", 0, OF_FILE},
	[OPTION_OUTPUT] = {"-o", 1, OF_FILE},
};

/* Begins the next slot: its options may be given again, so they leave *seen. */
static int begin_fallback(struct options *options, unsigned int *seen)
{
	if (options->slot_count == LETHE_SLOT_MAX) {
		return tool_usage("pack", "--fallback: at most %u", LETHE_SLOT_MAX - 1);
	}
	if ((*seen & 1U << OPTION_ON_FAIL) && options->on_fail != LETHE_ON_FAIL_FALLBACK) {
		return tool_usage("pack",
				  "--on-fail %s: with --fallback the next one is tried, and the last "
				  "one halts",
				  options->on_fail == LETHE_ON_FAIL_HALT ? "halt" : "reset");
	}
	options->on_fail = LETHE_ON_FAIL_FALLBACK;
	options->slot[options->slot_count++].first_raw = options->raw_count;
	for (unsigned int i = 0; i < OPTION_COUNT; i++) {
		*seen &= table[i].of == OF_SLOT ? ~(1U << i) : ~0U;
	}
	return TOOL_OK;
}

static int apply(struct options *options, unsigned int *seen, enum option_id id, const char *value)
{
	struct options_slot *slot = &options->slot[options->slot_count - 1];

	switch (id) {
	case OPTION_KERNEL: slot->kernel = value; return TOOL_OK;
	case OPTION_INITRD: slot->initrd = value; return TOOL_OK;
	case OPTION_DTB: slot->dtb = value; return TOOL_OK;
	case OPTION_FORCE_DTB: slot->force_dtb = true; return TOOL_OK;
	case OPTION_APPEND: return options_append(slot, value);
	case OPTION_EL: return options_el(options, value);
	case OPTION_CPUS: return options_cpus(options, value);
	case OPTION_ON_FAIL: return options_on_fail(options, value);
	case OPTION_CONSOLE: return options_console(options, value);
	case OPTION_CHUNKS: return options_chunks(options, value);
	case OPTION_RAW: return options_raw(options, slot, value);
	case OPTION_STOP_AFTER: return options_stop_after(options, value);
	case OPTION_NO_EFI: options->efi = false; return TOOL_OK;
	case OPTION_VOUCH: options->efi_flags |= LETHE_PLAN_EFI_VOUCH; return TOOL_OK;
	case OPTION_ALLOW_LOADER: return options_allow_loader(options, value);
	case OPTION_FALLBACK: return begin_fallback(options, seen);
	case OPTION_OUTPUT: options->output = value; return TOOL_OK;
	case OPTION_COUNT: break;
	}
	return TOOL_USAGE;
}

static int check_slot(const struct options *options, unsigned int index)
{
	const struct options_slot *slot = &options->slot[index];
	unsigned int entries = slot->kernel != NULL;
	char which[24] = "";

	if (index != 0) {
		snprintf(which, sizeof(which), "after --fallback %u: ", index);
	}
	for (unsigned int i = 0; i < slot->raw_count; i++) {
		entries += (unsigned int)options->raw[slot->first_raw + i].has_entry;
	}
	if (entries == 0) {
		return tool_usage("pack",
				  "%snothing to start: give --kernel, or --raw with entry=", which);
	}
	if (entries > 1) {
		return tool_usage("pack", "%s%s: only one thing can be started", which,
				  slot->kernel ? "--kernel and --raw with entry="
					       : "several --raw with entry=");
	}
	if (slot->force_dtb && !slot->dtb) {
		return tool_usage("pack", "%s--force-dtb needs --dtb", which);
	}
	return TOOL_OK;
}

/* The checks that need the whole command line. */
static int check(const struct options *options)
{
	unsigned int segments = options->raw_count;
	int code = TOOL_OK;

	if (!options->output) {
		return tool_usage("pack", "-o FILE is needed");
	}
	if (!options->efi && options->efi_flags != 0) {
		return tool_usage("pack", "%s: is for the EFI door, which --no-efi leaves out",
				  options->efi_flags == LETHE_PLAN_EFI_VOUCH ? "--vouch" : "--allow-loader");
	}
	if (options->cpus == LETHE_CPUS_PEN && options->el == LETHE_EL_1) {
		return tool_usage("pack", "--cpus pen: a CPU is given back at the level it came from, not "
					  "at EL1: leave --el out, or give --cpus psci");
	}
	for (unsigned int i = 0; code == TOOL_OK && i < options->slot_count; i++) {
		const struct options_slot *slot = &options->slot[i];

		segments += (slot->kernel != NULL) + (slot->initrd != NULL) + (slot->dtb != NULL);
		code = check_slot(options, i);
	}
	if (code == TOOL_OK && segments > LETHE_SEGMENT_MAX) {
		return tool_usage("pack", "%u files to pack: at most %u, through all slots",
				  segments, LETHE_SEGMENT_MAX);
	}
	if (code == TOOL_OK && options->on_fail == LETHE_ON_FAIL_FALLBACK &&
	    options->slot_count == 1) {
		return tool_usage("pack", "--on-fail fallback needs --fallback");
	}
	return code;
}

/* The option that arg names, or OPTION_COUNT. *value is the text after '=', or null. */
static enum option_id find(const char *arg, const char **value)
{
	*value = NULL;
	for (unsigned int i = 0; i < OPTION_COUNT; i++) {
		size_t length = strlen(table[i].name);

		if (strncmp(arg, table[i].name, length) != 0) {
			continue;
		}
		if (arg[length] == 0) {
			return (enum option_id)i;
		}
		if (arg[length] == '=' && arg[1] == '-') {
			*value = arg + length + 1;
			return (enum option_id)i;
		}
	}
	return OPTION_COUNT;
}

int options_parse(int argc, char **argv, struct options *options)
{
	unsigned int seen = 0;

	memset(options, 0, sizeof(*options));
	options->on_fail = LETHE_ON_FAIL_HALT;
	options->console_kind = LETHE_CONSOLE_STDOUT;
	options->chunks_auto = true;
	options->efi = true;
	options->slot_count = 1;
	for (int i = 0; i < argc; i++) {
		const char *value;
		enum option_id id = find(argv[i], &value);

		if (id == OPTION_COUNT) {
			return tool_usage(
				"pack", "%s %s", argv[i],
				argv[i][0] == '-'
					? "is no option of it"
					: "is unexpected: every file belongs to an option");
		}
		if (!table[id].has_value && value) {
			return tool_usage("pack", "%s takes no value", table[id].name);
		}
		if (table[id].has_value && !value) {
			if (i + 1 == argc) {
				return tool_usage("pack", "%s needs a value", table[id].name);
			}
			value = argv[++i];
		}
		if (table[id].of == OF_PLAN && options->slot_count > 1) {
			return tool_usage("pack",
					  "%s holds for all slots: give it before the first --fallback",
					  table[id].name);
		}
		if (id != OPTION_RAW && id != OPTION_FALLBACK && (seen & 1U << id)) {
			return tool_usage("pack", "%s is given twice", table[id].name);
		}
		seen |= 1U << id;

		int code = apply(options, &seen, id, value);

		if (code != TOOL_OK) {
			return code;
		}
	}
	return check(options);
}

void options_free(struct options *options)
{
	for (unsigned int i = 0; i < options->raw_count; i++) {
		free(options->raw[i].file);
	}
	options->raw_count = 0;
}

int options_file(const char *command, int argc, char **argv, const char *flag, int *flag_given,
		 const char **file)
{
	int given = 0;
	int only_files = 0;

	for (int i = 0; i < argc; i++) {
		if (!only_files && strcmp(argv[i], "--") == 0) {
			only_files = 1;
		} else if (!only_files && flag && strcmp(argv[i], flag) == 0) {
			*flag_given = 1;
		} else if (!only_files && argv[i][0] == '-' && argv[i][1] != 0) {
			return tool_usage(command, "%s is no option of it", argv[i]);
		} else if (given) {
			return tool_usage(command, "%s: one file at a time", argv[i]);
		} else {
			*file = argv[i];
			given = 1;
		}
	}
	if (!*file) {
		return tool_usage(command, "a file is needed");
	}
	return TOOL_OK;
}
