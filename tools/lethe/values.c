/* SPDX-License-Identifier: BSD-2-Clause */
/* The values of options of "lethe pack": TOOL_OK, or TOOL_USAGE after printing why. */
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "tool.h"

int options_el(struct options *options, const char *value)
{
	if (strcmp(value, "auto") == 0) {
		return TOOL_OK;
	}
	if (strcmp(value, "1") == 0) {
		options->el = LETHE_EL_1;
		return TOOL_OK;
	}
	return tool_usage("pack", "--el %s: is auto or 1", value);
}

int options_cpus(struct options *options, const char *value)
{
	static const char *const names[LETHE_CPUS_COUNT] = {"keep", "pen", "psci"};

	for (uint32_t i = 0; i < LETHE_CPUS_COUNT; i++) {
		if (strcmp(value, names[i]) == 0) {
			options->cpus = i;
			if (i == LETHE_CPUS_PSCI) {
				options->el = LETHE_EL_1; /* Lethe's PSCI is at EL2 */
			}
			return TOOL_OK;
		}
	}
	return tool_usage("pack", "--cpus %s: is keep, pen or psci", value);
}

int options_on_fail(struct options *options, const char *value)
{
	if (strcmp(value, "halt") == 0) {
		options->on_fail = LETHE_ON_FAIL_HALT;
		return TOOL_OK;
	}
	if (strcmp(value, "reset") == 0) {
		options->on_fail = LETHE_ON_FAIL_RESET;
		return TOOL_OK;
	}
	if (strcmp(value, "fallback") == 0) {
		options->on_fail = LETHE_ON_FAIL_FALLBACK;
		return TOOL_OK;
	}
	return tool_usage("pack", "--on-fail %s: is halt, reset or fallback", value);
}

/* A list of names between commas, each once. */
int options_allow_loader(struct options *options, const char *value)
{
	static const struct {
		const char *name;
		uint32_t flag;
	} names[] = {{"initrd", LETHE_PLAN_EFI_INITRD}, {"cmdline", LETHE_PLAN_EFI_CMDLINE}, {"dtb", LETHE_PLAN_EFI_TREE}};
	const char *at = value;

	for (;;) {
		const size_t length = strcspn(at, ",");
		unsigned int i = 0;

		while (i < 3 && (strlen(names[i].name) != length || strncmp(at, names[i].name, length) != 0)) {
			i++;
		}
		if (i == 3 || (options->efi_flags & names[i].flag) != 0) {
			return tool_usage("pack", "--allow-loader %s: is a list of initrd, cmdline and dtb", value);
		}
		options->efi_flags |= names[i].flag;
		if (at[length] == 0) {
			return TOOL_OK;
		}
		at += length + 1;
	}
}

int options_stop_after(struct options *options, const char *value)
{
	if (strcmp(value, "check") != 0) {
		return tool_usage("pack", "--stop-after %s: only check is known", value);
	}
	options->stop_after_check = 1;
	return TOOL_OK;
}

int options_chunks(struct options *options, const char *value)
{
	char *end;
	unsigned long shift;

	options->chunks_auto = strcmp(value, "auto") == 0;
	options->chunk_shift = 0;
	if (options->chunks_auto || strcmp(value, "off") == 0) {
		return TOOL_OK;
	}
	shift = strtoul(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end != 0 || shift < LETHE_CHUNK_SHIFT_MIN ||
	    shift > LETHE_CHUNK_SHIFT_MAX) {
		return tool_usage("pack",
				  "--chunks %s: is auto, off, or %u to %u: chunks of 2^N bytes",
				  value, LETHE_CHUNK_SHIFT_MIN, LETHE_CHUNK_SHIFT_MAX);
	}
	options->chunk_shift = (uint32_t)shift;
	return TOOL_OK;
}

int options_append(struct options_slot *slot, const char *value)
{
	size_t length = strlen(value);

	if (length > OPTIONS_APPEND_MAX) {
		return tool_usage("pack", "--append: %zu characters; arm64 kernels take %u", length,
				  OPTIONS_APPEND_MAX);
	}
	for (size_t i = 0; i < length; i++) {
		if (value[i] < 0x20 || value[i] > 0x7e) {
			return tool_usage("pack", "--append: character %zu is not printable ASCII",
					  i + 1);
		}
	}
	slot->append = value;
	return TOOL_OK;
}

/* FILE@ADDR[,entry=ADDR]; the last '@' counts, so that FILE may have one. */
int options_raw(struct options *options, struct options_slot *slot, const char *value)
{
	const char *at = strrchr(value, '@');
	char number[24];

	if (options->raw_count == OPTIONS_RAW_MAX) {
		return tool_usage("pack", "--raw: at most %u files", OPTIONS_RAW_MAX);
	}
	if (!at || at == value) {
		return tool_usage("pack", "--raw %s: is FILE@ADDR[,entry=ADDR]", value);
	}

	struct options_raw *raw = &options->raw[options->raw_count];
	size_t length = strcspn(at + 1, ",");
	const char *rest = at + 1 + length;

	memset(raw, 0, sizeof(*raw));
	if (length >= sizeof(number)) {
		return tool_usage("pack", "--raw %s: cannot read the address", value);
	}
	memcpy(number, at + 1, length);
	number[length] = 0;
	if (!tool_number(number, &raw->address)) {
		return tool_usage("pack",
				  "--raw %s: \"%s\" is no address: 0x... or decimal, below 2^64",
				  value, number);
	}
	if (*rest) {
		if (strncmp(rest, ",entry=", 7) != 0) {
			return tool_usage("pack", "--raw %s: cannot read \"%s\"", value, rest);
		}
		raw->has_entry = 1;
		if (!tool_number(rest + 7, &raw->entry)) {
			return tool_usage("pack",
					  "--raw %s: \"%s\" is no address: 0x... or decimal, "
					  "below 2^64",
					  value, rest + 7);
		}
	}
	length = (size_t)(at - value);
	raw->file = tool_alloc(length + 1);
	memcpy(raw->file, value, length);
	raw->file[length] = 0;
	options->raw_count++;
	slot->raw_count++;
	return TOOL_OK;
}
