/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The purgatory door: kexec has placed all segments already, and a single digest
 * covers all regions.
 */
#include <lethe/version.h>

#include "entry.h"
#include "main.h"
#include "stop.h"

/* `lethe graft` finds the object by this symbol. */
const char lethe_purgatory[8] __attribute__((used)) = LETHE_VERSION;

LETHE_DOOR_MAIN(lethe_purgatory_main);

void lethe_purgatory_main(uint64_t base, uint64_t tree, uint64_t el, uint64_t e2h)
{
	struct lethe_context *ctx = &lethe_boot_context;

	(void)tree;
	ctx->door = "purgatory";
	ctx->image_base = base;
	ctx->image_size = lethe_blob_size();
	ctx->el = (unsigned int)el;
	ctx->e2h = (unsigned int)e2h;
	lethe_stop_context.psci = LETHE_PSCI_NONE;
	lethe_stop_context.on_fail = LETHE_ON_FAIL_RESET;
	lethe_boot_sequence(ctx, LETHE_OK);
}
