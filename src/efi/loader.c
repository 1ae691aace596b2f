/* SPDX-License-Identifier: BSD-2-Clause */
/* What comes from firmware or a loader, and whether it may be used. */
#include <string.h>

#include "console/console.h"
#include "efi/efi.h"

static bool is_guid(const struct efi_guid *a, const struct efi_guid *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

void *lethe_efi_table(const struct lethe_efi *efi, const struct efi_guid *guid)
{
	uint64_t i;

	for (i = 0; i < efi->table->table_count; i++) {
		if (is_guid(&efi->table->tables[i].guid, guid)) {
			return efi->table->tables[i].table;
		}
	}
	return NULL;
}

bool lethe_efi_allows(const struct lethe_efi *efi, uint32_t flag)
{
	return !efi->is_secure || (efi->ctx->plan->flags & flag) != 0;
}

void lethe_efi_say_unused(const char *what, bool is_packed)
{
	lethe_console_line("the loader's %s is not used: %s", what,
			   is_packed ? "the bundle has its own"
				     : "no signature covers it (pack --allow-loader)");
}
