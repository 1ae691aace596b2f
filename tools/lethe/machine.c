/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads a machine's text: lines of `key = value`, and what is missing. */
#include "machine.h"

#include <stdio.h>
#include <string.h>

#include "tool.h"

#define LINE_MAX_SIZE 512U

static const struct key {
	const char *name;
	bool is_needed;
	machine_reader *read;
	const char *wanted; /* what a value is */
} keys[] = {
	{"base", true, machine_base, "ADDRESS, where byte 0 of the file is, a multiple of 4 KiB"},
	{"size", true, machine_size,
	 "[exact] SIZE, the most bytes of the file, a multiple of 4 KiB"},
	{"erase", false, machine_erase, "SIZE of an erase block, a power of two"},
	{"ram", true, machine_ram, "ADDRESS SIZE, non-secure RAM that is free, multiples of 4 KiB"},
	{"scratch", true, machine_scratch,
	 "ADDRESS SIZE [secure], RAM of the front end's own, multiples of 4 KiB"},
	{"tree", true, machine_tree, "at ADDRESS, or file"},
	{"console", true, machine_console, "UART,ADDRESS or none"},
	{"gic", true, machine_gic,
	 "v2 DISTRIBUTOR CPU-INTERFACE, v3 DISTRIBUTOR REDISTRIBUTORS SIZE, or none"},
	{"frequency", false, machine_frequency, "the counter's Hz, below 2^32"},
	{"counter", false, machine_counter, "up to 4 writes, ADDRESS=VALUE or ADDRESS=VALUE&KEEP"},
	{"boot-cpu", false, machine_boot_cpu, "the affinity of one CPU"},
	{"cpus", true, machine_cpus, "psci, spin-table or one"},
	{"spin-page", false, machine_spin_page, "ADDRESS of 4 KiB of RAM"},
	{"wake", false, machine_wake, "VECTOR STRIDE REGISTER MASK"},
	{"reset", false, machine_reset, "up to 4 writes, ADDRESS=VALUE or ADDRESS=VALUE&KEEP"},
	{"off", false, machine_off, "up to 4 writes, ADDRESS=VALUE or ADDRESS=VALUE&KEEP"},
	{"on-failure", false, machine_on_failure, "halt or reset"},
};

#define COUNT (sizeof(keys) / sizeof(keys[0]))

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Takes the text apart at blanks. False if there are no words, or too many. */
static bool split(char *text, struct machine_value *value)
{
	value->count = 0;
	for (;;) {
		while (is_blank(*text)) {
			*text++ = 0;
		}
		if (*text == 0) {
			return value->count != 0;
		}
		if (value->count == MACHINE_WORDS) {
			return false;
		}
		value->word[value->count++] = text;
		while (*text != 0 && !is_blank(*text)) {
			text++;
		}
	}
}

static int fail_unknown(const char *name, unsigned int number, const char *word)
{
	char known[LINE_MAX_SIZE] = "";
	size_t length = 0;

	for (size_t i = 0; i < COUNT; i++) {
		length += (size_t)snprintf(known + length, sizeof(known) - length, "%s%s",
					   i == 0 ? "" : ", ", keys[i].name);
	}
	return tool_fail(TOOL_UNREADABLE, name, "line %u: \"%s\" is no key; known are %s", number,
			 word, known);
}

/* Reads "key = value"; *seen has a bit for each key. */
static int parse_line(const char *name, unsigned int number, char *line, struct machine *machine,
		      unsigned int *seen)
{
	char *equal = strchr(line, '=');
	struct machine_value value;
	const char *reason = "";
	char text[LINE_MAX_SIZE];
	size_t i = 0;

	if (!equal) {
		return tool_fail(TOOL_UNREADABLE, name, "line %u: expected is key = value", number);
	}
	*equal = 0;
	if (!split(line, &value) || value.count != 1) {
		return tool_fail(TOOL_UNREADABLE, name,
				 "line %u: expected is one word for a key before the \"=\"",
				 number);
	}
	while (i < COUNT && strcmp(value.word[0], keys[i].name) != 0) {
		i++;
	}
	if (i == COUNT) {
		return fail_unknown(name, number, value.word[0]);
	}
	if ((*seen & 1U << i) != 0) {
		return tool_fail(TOOL_UNREADABLE, name, "line %u: %s is there twice", number,
				 keys[i].name);
	}
	*seen |= 1U << i;
	snprintf(text, sizeof(text), "%s", equal + 1 + strspn(equal + 1, " \t\r"));
	if (split(equal + 1, &value)) {
		reason = keys[i].read(machine, &value);
	}
	if (!reason) {
		return TOOL_OK;
	}
	return tool_fail(TOOL_UNREADABLE, name, "line %u: %s = %s: %s%sexpected is %s", number,
			 keys[i].name, text, reason, *reason ? "; " : "", keys[i].wanted);
}

/* What the lines say together. */
static int check(const char *name, const struct machine *machine, unsigned int seen)
{
	for (size_t i = 0; i < COUNT; i++) {
		if (keys[i].is_needed && (seen & 1U << i) == 0) {
			return tool_fail(TOOL_UNREADABLE, name,
					 "%s is missing; expected is %s = %s", keys[i].name,
					 keys[i].name, keys[i].wanted);
		}
	}
	if (machine->size > (1ULL << 48) - machine->flash.base) {
		return tool_fail(TOOL_UNREADABLE, name,
				 "base and size: end above 48 bits of address");
	}
	return TOOL_OK;
}

int machine_parse(const char *name, const char *text, size_t size, struct machine *machine)
{
	unsigned int number = 0;
	unsigned int seen = 0;
	int code = TOOL_OK;

	memset(machine, 0, sizeof(*machine));
	machine->name = name;
	machine->erase = 64 * TOOL_KIB;
	while (code == TOOL_OK && size != 0) {
		const char *end = memchr(text, '\n', size);
		const size_t length = end ? (size_t)(end - text) : size;
		char line[LINE_MAX_SIZE];

		number++;
		if (length >= sizeof(line) || memchr(text, 0, length)) {
			return tool_fail(TOOL_UNREADABLE, name,
					 "line %u: is no line of text below %u characters", number,
					 LINE_MAX_SIZE);
		}
		memcpy(line, text, length);
		line[length] = 0;
		line[strcspn(line, "#")] = 0;
		for (size_t i = strlen(line); i != 0 && is_blank(line[i - 1]); i--) {
			line[i - 1] = 0;
		}
		if (line[strspn(line, " \t\r")] != 0) {
			code = parse_line(name, number, line, machine, &seen);
		}
		text += length + (end != NULL);
		size -= length + (end != NULL);
	}
	return code == TOOL_OK ? check(name, machine, seen) : code;
}
