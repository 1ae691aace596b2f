/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of memory at the start. */
#include "cohsan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The boot protocol promises that the loaded image is clean. */
void start_image(const struct insn *insn)
{
	struct ranges given = options.world;
	uint64_t size;
	size_t i;

	for (i = 0; i < given.count; i++) {
		if (given.at[i].world == WORLD_CLEAN) {
			return;
		}
	}
	if (in_flash(insn->pc)) {
		return; /* in flash: of RAM nothing is known */
	}
	options.world = (struct ranges){0};
	if (!elf_image(&options.world)) {
		if (!is_image(insn->host)) {
			fprintf(stderr, "cohsan: what is loaded? No elf=, no clean=, no Image at 0x%llx\n",
				(unsigned long long)insn->pc);
			exit(1);
		}
		memcpy(&size, (const uint8_t *)insn->host + 16, sizeof(size));
		ranges_add(&options.world,
			   (struct range){.lo = insn->pc, .hi = insn->pc + size, .world = WORLD_CLEAN});
	}
	for (i = 0; i < given.count; i++) { /* behind it: later ones win */
		ranges_add(&options.world, given.at[i]);
	}
}
