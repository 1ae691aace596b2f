/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What Lethe reads in device trees, for a test that reads them by itself
 *(test/tool/test_boards.py). A line of stdin is a question, a line of stdout its answer:
 *
 *	tree FILE		read STATUS psci P cpus N gic G uart KIND BASE SHIFT WIDTH SBSA
 *memory BASE+SIZE ... reserved BASE SIZE	0 or 1, of the last tree
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lethe/fdt.h>

static void fail(const char *what, const char *name)
{
	fprintf(stderr, "verdicts: %s %s\n", what, name);
	exit(1);
}

/* In an allocation of exactly its size: the address sanitizer sees a read past the end. */
static void *load(const char *path)
{
	FILE *file = fopen(path, "rb");
	void *tree;
	long size;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) <= 0) {
		fail("cannot read", path);
	}
	tree = malloc((size_t)size);
	rewind(file);
	if (tree == NULL || fread(tree, (size_t)size, 1, file) != 1) {
		fail("cannot read", path);
	}
	fclose(file);
	return tree;
}

static void describe(const void *tree)
{
	struct lethe_fdt_facts facts;
	struct lethe_where where;
	struct lethe_uart uart;
	uint64_t base;
	uint64_t size;
	unsigned int i;

	printf("read %d", lethe_fdt_read(tree, &facts, &where));
	lethe_fdt_stdout(tree, &uart);
	printf(" psci %d cpus %u gic %d uart %d %#" PRIx64 " %u %u %d memory", (int)facts.psci,
	       facts.cpu_count, facts.has_gic_v3, (int)uart.kind, uart.base, uart.reg_shift,
	       uart.reg_width, uart.is_sbsa);
	for (i = 0; lethe_fdt_memory_at(tree, i, &base, &size); i++) {
		printf(" %#" PRIx64 "+%#" PRIx64, base, size);
	}
	printf("\n");
}

int main(void)
{
	char line[4096];
	void *tree = NULL;
	uint64_t base;
	uint64_t size;

	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "tree ", 5) == 0) {
			free(tree);
			tree = load(line + 5);
			describe(tree);
		} else if (tree != NULL &&
			   sscanf(line, "reserved %" SCNx64 " %" SCNx64, &base, &size) == 2) {
			printf("%d\n", lethe_fdt_reserved(tree, base, size, 0, 0));
		} else {
			fail("no question:", line);
		}
		fflush(stdout);
	}
	free(tree);
	return 0;
}
