/* SPDX-License-Identifier: BSD-2-Clause */
/* "lethe record": prints the record, /chosen/lethe, for people. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libfdt.h>

#include <lethe/record.h>

#include "file.h"
#include "options.h"
#include "tool.h"
#include "tree.h"

#define RUNNING_TREE "/sys/firmware/fdt"

/* More than any record has. libfdt finds the entries of a list one after the other. */
#define LIST_MAX 256

struct record {
	const char *file;
	const void *tree;
	int node;
};

/* Reads a number of one or two cells. False if the property is absent or has another length. */
static bool number(const struct record *record, const char *name, uint64_t *value)
{
	int length;
	const void *bytes = fdt_getprop(record->tree, record->node, name, &length);

	if (bytes && length == 4) {
		*value = fdt32_ld(bytes);
		return true;
	}
	if (bytes && length == 8) {
		*value = fdt64_ld(bytes);
		return true;
	}
	return false;
}

/* Reads the number at index. False if the property does not hold count numbers. */
static bool numbers(const struct record *record, const char *name, int count, int index,
		    uint64_t *value)
{
	int length;
	const uint8_t *bytes = fdt_getprop(record->tree, record->node, name, &length);

	if (!bytes || length != count * 8) {
		return false;
	}
	*value = fdt64_ld((const fdt64_t *)(const void *)(bytes + index * 8));
	return true;
}

/* A string of a property, with control characters replaced, or "?" if the property is absent. */
static const char *text(const struct record *record, const char *name, int index, char *buffer,
			size_t size)
{
	const char *string = fdt_stringlist_get(record->tree, record->node, name, index, NULL);

	snprintf(buffer, size, "%s", string ? string : "?");
	for (char *c = buffer; *c; c++) {
		*c = *c < 0x20 || *c > 0x7e ? '?' : *c;
	}
	return buffer;
}

static void line_text(const struct record *record, const char *label, const char *name)
{
	char buffer[64];

	printf("%-16s%s\n", label, text(record, name, 0, buffer, sizeof(buffer)));
}

static void line_number(const struct record *record, const char *label, const char *prefix,
			const char *name)
{
	uint64_t value;

	if (number(record, name, &value)) {
		printf("%-16s%s%" PRIu64 "\n", label, prefix, value);
	} else {
		printf("%-16s?\n", label);
	}
}

static int print_stages(const struct record *record)
{
	const int count =
		fdt_stringlist_count(record->tree, record->node, LETHE_RECORD_NAME_STAGE_NAMES);
	double total_ms = 0;
	uint64_t total = 0;
	uint64_t frequency = 0;
	char name[32];

	if (count <= 0 || count > LIST_MAX) {
		return tool_fail(TOOL_UNREADABLE, record->file,
				 "record is damaged: stage-names is missing or no list");
	}
	number(record, LETHE_RECORD_NAME_COUNTER_FREQUENCY, &frequency);
	if (frequency != 0) {
		printf("%-16s%" PRIu64 " Hz\n", "counter", frequency);
	} else {
		printf("%-16sfrequency unknown: no times\n", "counter");
	}
	printf("\n%-12s %14s %11s %14s %9s\n", "stage", "ticks", "ms", "bytes", "MiB/s");
	for (int i = 0; i < count; i++) {
		uint64_t ticks;
		uint64_t bytes;

		if (!numbers(record, LETHE_RECORD_NAME_STAGE_TICKS, count, i, &ticks) ||
		    !numbers(record, LETHE_RECORD_NAME_STAGE_BYTES, count, i, &bytes)) {
			return tool_fail(TOOL_UNREADABLE, record->file,
					 "record is damaged: "
					 "stage-ticks and stage-bytes do not match stage-names");
		}
		printf("%-12s %14" PRIu64,
		       text(record, LETHE_RECORD_NAME_STAGE_NAMES, i, name, sizeof(name)), ticks);
		total += ticks;
		if (frequency == 0) {
			printf(" %11s %14" PRIu64 " %9s\n", "-", bytes, "-");
			continue;
		}

		const double seconds = (double)ticks / (double)frequency;

		total_ms += seconds * 1000;
		printf(" %11.3f %14" PRIu64, seconds * 1000, bytes);
		if (bytes != 0 && ticks != 0) {
			printf(" %9.1f\n", (double)bytes / (double)TOOL_MIB / seconds);
		} else {
			printf(" %9s\n", "-");
		}
	}
	printf("%-12s %14" PRIu64, "together", total);
	if (frequency != 0) {
		printf(" %11.3f", total_ms);
	}
	putchar('\n');
	return TOOL_OK;
}

static int print_segments(const struct record *record)
{
	const int count =
		fdt_stringlist_count(record->tree, record->node, LETHE_RECORD_NAME_SEGMENT_NAMES);
	char name[32];
	char verdict[32];

	if (count == -FDT_ERR_NOTFOUND || count == 0) {
		return TOOL_OK;
	}
	if (count < 0 || count > LIST_MAX || count != fdt_stringlist_count(record->tree, record->node,
						       LETHE_RECORD_NAME_SEGMENT_VERDICTS)) {
		return tool_fail(TOOL_UNREADABLE, record->file,
				 "record is damaged: "
				 "segment-verdicts does not match segment-names");
	}
	printf("\n%-16s verdict\n", "segment");
	for (int i = 0; i < count; i++) {
		printf("%-16s %s\n",
		       text(record, LETHE_RECORD_NAME_SEGMENT_NAMES, i, name, sizeof(name)),
		       text(record, LETHE_RECORD_NAME_SEGMENT_VERDICTS, i, verdict,
			    sizeof(verdict)));
	}
	if (fdt_getprop(record->tree, record->node, LETHE_RECORD_NAME_FAILED_SEGMENT, NULL)) {
		printf("\nfell back after \"%s\" failed\n",
		       text(record, LETHE_RECORD_NAME_FAILED_SEGMENT, 0, name, sizeof(name)));
	}
	return TOOL_OK;
}

/* Older records have none of the three, nor have the purgatory's. */
static void print_cpus(const struct record *record)
{
	uint64_t off;
	uint64_t on;
	uint64_t unknown;
	uint64_t digest;

	if (number(record, LETHE_RECORD_NAME_CPUS_OFF, &off) &&
	    number(record, LETHE_RECORD_NAME_CPUS_ON, &on) &&
	    number(record, LETHE_RECORD_NAME_CPUS_UNKNOWN, &unknown)) {
		printf("%-16s%" PRIu64 " off, %" PRIu64 " on, %" PRIu64 " unknown\n", "other CPUs", off,
		       on, unknown);
	}
	if (number(record, LETHE_RECORD_NAME_DIGEST_CPUS, &digest) && digest != 0) {
		printf("%-16s%" PRIu64 "\n", "digest CPUs", digest);
	}
}

static int print_record(const struct file *file)
{
	struct record record = {.file = file->name, .tree = file->bytes};
	char reason[TOOL_REASON_SIZE];
	uint32_t total_size;
	uint64_t version;

	if (!tree_check(file->bytes, file->size, &total_size, reason, sizeof(reason))) {
		return tool_fail(TOOL_UNREADABLE, file->name, "%s", reason);
	}
	record.node = fdt_path_offset(file->bytes, LETHE_RECORD_PATH);
	if (record.node < 0) {
		return tool_fail(TOOL_UNREADABLE, file->name,
				 "has no record (%s): that machine was "
				 "not started by Lethe, or the tree was replaced since",
				 LETHE_RECORD_PATH);
	}
	if (!number(&record, LETHE_RECORD_NAME_RECORD_VERSION, &version)) {
		return tool_fail(TOOL_UNREADABLE, file->name,
				 "record is damaged: record-version is missing");
	}
	if (version != LETHE_RECORD_VERSION) {
		return tool_fail(TOOL_UNREADABLE, file->name,
				 "record has version %" PRIu64 "; this command knows %u", version,
				 LETHE_RECORD_VERSION);
	}
	line_text(&record, "version", LETHE_RECORD_NAME_VERSION);
	line_text(&record, "door", LETHE_RECORD_NAME_DOOR);
	line_text(&record, "mode", LETHE_RECORD_NAME_MODE);
	line_number(&record, "entered at", "EL", LETHE_RECORD_NAME_ENTRY_EL);
	line_number(&record, "handed over at", "EL", LETHE_RECORD_NAME_HANDOFF_EL);
	line_number(&record, "slot", "", LETHE_RECORD_NAME_SLOT);
	line_number(&record, "boot count", "", LETHE_RECORD_NAME_BOOT_COUNT);
	print_cpus(&record);

	int code = print_stages(&record);

	if (code == TOOL_OK) {
		code = print_segments(&record);
	}
	return code;
}

int tool_record(int argc, char **argv)
{
	const char *name = RUNNING_TREE;
	struct file file;
	int code = options_file("record", argc, argv, NULL, NULL, &name);

	if (code != TOOL_OK) {
		return code;
	}
	if (strcmp(name, RUNNING_TREE) == 0 && access(name, F_OK) != 0) {
		return tool_fail(TOOL_UNREADABLE, name,
				 "%s: this machine runs without a device tree, "
				 "or /sys is not mounted; give a tree's file",
				 strerror(errno));
	}
	code = file_read(name, &file);
	if (code != TOOL_OK) {
		return code;
	}
	code = print_record(&file);
	file_free(&file);
	return code;
}
