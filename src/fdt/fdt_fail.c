/* SPDX-License-Identifier: BSD-2-Clause */
#include "fdt/fdt_fail.h"

#include <string.h>

#include "fdt/fdt_get.h"

static const char name[] = "status";

int lethe_fdt_fail(void *tree, int node)
{
	const struct lethe_fdt sound = {tree};
	const uint32_t size = fdt_size_dt_strings(tree);
	char *strings = (char *)tree + fdt_off_dt_strings(tree);
	const uint32_t at = lethe_fdt_find_names(strings, size, name, sizeof(name));
	const uint32_t added = at == size ? sizeof(name) : 0;
	const fdt32_t *cell = lethe_fdt_tag_at(sound, node);
	struct {
		fdt32_t tag, size, name;
		char value[12];
	} property = {cpu_to_fdt32(FDT_PROP), cpu_to_fdt32(sizeof("fail-lethe")), cpu_to_fdt32(at),
		      "fail-lethe"};

	_Static_assert(sizeof(property) == LETHE_FDT_FAIL_SIZE, "LETHE_FDT_FAIL_SIZE");
	fdt_nop_property(tree, node, name);
	if ((uint64_t)(strings - (char *)tree) + size + sizeof(property) + added >
	    fdt_totalsize(tree)) {
		return LETHE_E_TREE_NOSPACE;
	}
	lethe_fdt_step(&cell);
	memmove((char *)cell + sizeof(property), cell, (size_t)(strings + size - (char *)cell));
	memcpy((char *)cell, &property, sizeof(property));
	memcpy(strings + sizeof(property) + size, name, added);
	fdt_set_size_dt_struct(tree, fdt_size_dt_struct(tree) + sizeof(property));
	fdt_set_off_dt_strings(tree, fdt_off_dt_strings(tree) + sizeof(property));
	fdt_set_size_dt_strings(tree, size + added);
	return LETHE_OK;
}
