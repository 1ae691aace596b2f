/* SPDX-License-Identifier: BSD-2-Clause */
/* Device trees for tests: see trees.h. */

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libfdt.h>

#include "trees.h"

#ifndef TREES_DIR
#define TREES_DIR "test/unit/fdt/trees"
#endif

static void *allocate(size_t size)
{
	void *memory = malloc(size);

	if (memory == NULL) {
		fail_msg("out of memory");
	}
	return memory;
}

/* A shell command's output, with a zero behind. */
static char *output_of(const char *command, size_t *size)
{
	FILE *pipe = popen(command, "r");
	size_t capacity = 4U << 20;
	char *bytes = allocate(capacity);

	if (pipe == NULL) {
		fail_msg("cannot run: %s", command);
	}
	*size = fread(bytes, 1, capacity - 1, pipe);
	bytes[*size] = '\0';
	if (pclose(pipe) != 0) {
		fail_msg("failed: %s", command);
	}
	return bytes;
}

static void write_temporary(char *path, const void *bytes, size_t size)
{
	int fd = mkstemp(path);

	if (fd < 0 || write(fd, bytes, size) != (ssize_t)size || close(fd) != 0) {
		fail_msg("cannot write %s", path);
	}
}

static void *compile(const char *path)
{
	char command[256];
	char *bytes;
	void *tree;
	size_t size;

	/*
	 * -f: the tests want trees that dtc's checks, now or later, call wrong
	 */
	snprintf(command, sizeof(command), "dtc -q -f -I dts -O dtb '%s' 2>/dev/null", path);
	bytes = output_of(command, &size);
	tree = allocate(size);
	memcpy(tree, bytes, size);
	free(bytes);
	assert_int_equal(fdt_totalsize(tree), size);
	return tree;
}

void *tree_compile(const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s.dts", TREES_DIR, name);
	return compile(path);
}

void *tree_compile_text(const char *text)
{
	char path[] = "/tmp/lethe-tree-XXXXXX";
	void *tree;

	write_temporary(path, text, strlen(text));
	tree = compile(path);
	unlink(path);
	return tree;
}

void *tree_open_text(const char *text, int space, int *size)
{
	void *compiled = tree_compile_text(text);
	void *tree;

	*size = (int)fdt_totalsize(compiled) + space;
	tree = malloc((size_t)*size);
	assert_non_null(tree);
	assert_int_equal(fdt_open_into(compiled, tree, *size), 0);
	free(compiled);
	return tree;
}

void *tree_copy(const void *tree)
{
	void *copy = allocate(fdt_totalsize(tree));

	return memcpy(copy, tree, fdt_totalsize(tree));
}

void *tree_relay(const void *tree, unsigned int order)
{
	/* 0 reservations, 1 structure, 2 strings; each with its alignment and a gap in front */
	static const unsigned int orders[TREE_ORDERS][3] = {
		{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0},
	};
	static const unsigned int alignment[3] = {8, 4, 1};
	uint32_t from[3];
	uint32_t size[3];
	uint32_t to[3];
	uint32_t total = sizeof(struct fdt_header);
	unsigned char *result;
	unsigned int i;

	from[0] = fdt_off_mem_rsvmap(tree);
	size[0] = (uint32_t)(fdt_num_mem_rsv(tree) + 1) * 16;
	from[1] = fdt_off_dt_struct(tree);
	size[1] = fdt_size_dt_struct(tree);
	from[2] = fdt_off_dt_strings(tree);
	size[2] = fdt_size_dt_strings(tree);
	for (i = 0; i < 3; i++) {
		unsigned int block = orders[order][i];

		total += 5 + 4 * i;
		total += (alignment[block] - total % alignment[block]) % alignment[block];
		to[block] = total;
		total += size[block];
	}
	total += 13;
	result = allocate(total);
	memset(result, 0xa5, total);
	memcpy(result, tree, sizeof(struct fdt_header));
	for (i = 0; i < 3; i++) {
		memcpy(result + to[i], (const unsigned char *)tree + from[i], size[i]);
	}
	fdt_set_off_mem_rsvmap(result, to[0]);
	fdt_set_off_dt_struct(result, to[1]);
	fdt_set_off_dt_strings(result, to[2]);
	fdt_set_totalsize(result, total);
	return result;
}

void *tree_from_tags(const uint32_t *tags, uint32_t count, const char *strings,
		     uint32_t strings_size)
{
	uint32_t structure = sizeof(struct fdt_header) + 16;
	uint32_t total = structure + count * 4 + strings_size;
	unsigned char *tree = allocate(total);
	fdt32_t word;
	uint32_t i;

	memset(tree, 0, structure);
	for (i = 0; i < count; i++) {
		word = cpu_to_fdt32(tags[i]);
		memcpy(tree + structure + i * 4, &word, 4);
	}
	memcpy(tree + structure + count * 4, strings, strings_size);
	fdt_set_magic(tree, FDT_MAGIC);
	fdt_set_totalsize(tree, total);
	fdt_set_off_mem_rsvmap(tree, sizeof(struct fdt_header));
	fdt_set_off_dt_struct(tree, structure);
	fdt_set_size_dt_struct(tree, count * 4);
	fdt_set_off_dt_strings(tree, structure + count * 4);
	fdt_set_size_dt_strings(tree, strings_size);
	fdt_set_version(tree, 17);
	fdt_set_last_comp_version(tree, 16);
	return tree;
}

char *tree_text(const void *tree)
{
	char path[] = "/tmp/lethe-tree-XXXXXX";
	char command[256];
	char *text;
	size_t size;

	write_temporary(path, tree, fdt_totalsize(tree));
	snprintf(command, sizeof(command), "dtc -q -f -s -I dtb -O dts %s 2>/dev/null", path);
	text = output_of(command, &size);
	unlink(path);
	return text;
}

void tree_assert_same(const void *tree, const void *expected)
{
	char *is = tree_text(tree);
	char *ought = tree_text(expected);

	if (strcmp(is, ought) != 0) {
		fail_msg("trees differ\n--- is\n%s\n--- ought to be\n%s", is, ought);
	}
	free(is);
	free(ought);
}

void *tree_with_stdout(const void *tree, const char *path)
{
	uint32_t capacity = fdt_totalsize(tree) + 1024;
	void *copy = allocate(capacity);
	void *exact;
	int chosen;

	assert_int_equal(fdt_open_into(tree, copy, (int)capacity), 0);
	chosen = fdt_path_offset(copy, "/chosen");
	assert_true(chosen >= 0);
	if (path == NULL) {
		assert_int_equal(fdt_delprop(copy, chosen, "stdout-path"), 0);
	} else {
		assert_int_equal(fdt_setprop_string(copy, chosen, "stdout-path", path), 0);
	}
	assert_int_equal(fdt_pack(copy), 0);
	exact = tree_copy(copy);
	free(copy);
	return exact;
}
