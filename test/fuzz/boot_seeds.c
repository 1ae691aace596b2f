/* SPDX-License-Identifier: BSD-2-Clause */
/* The seeds of fuzz_boot_tree: its own tree, and those of real boards that $FUZZ_TREES names. */

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include <libfdt.h>

#include "boot_making.h"
#include "tree_input.h"

#define SEEDS    64
#define SEED_MAX 0x10000L /* larger trees cost time and bring nothing new */

void boot_seed(uint64_t index, void *tree)
{
	static uint8_t *seeds[SEEDS];
	static unsigned int count;
	glob_t files;

	if (count == 0) {
		const char *pattern = getenv("FUZZ_TREES");

		seeds[0] = malloc(TREE_BASE_MAX);
		must(seeds[0] != NULL);
		tree_base(seeds[0]);
		count = 1;
		if (pattern != NULL && glob(pattern, 0, NULL, &files) == 0) {
			for (size_t i = 0; i < files.gl_pathc && count < SEEDS; i += 11) {
				FILE *file = fopen(files.gl_pathv[i], "rb");
				uint8_t *bytes = malloc(SEED_MAX);
				size_t size;

				must(file != NULL && bytes != NULL);
				size = fread(bytes, 1, SEED_MAX, file);
				fclose(file);
				if (size < SEED_MAX && fdt_check_full(bytes, size) == 0) {
					seeds[count++] = bytes;
				} else {
					free(bytes);
				}
			}
			globfree(&files);
		}
	}
	index %= count;
	must(fdt_open_into(seeds[index], tree, FLAT_SIZE_MAX) == 0);
}
