/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's command line: the packed one as UCS-2, or the loader's as it is. Never both. */
#include "efi/kernel.h"

static efi_status convert(const struct lethe_efi *efi, struct lethe_efi_options *options)
{
	const struct lethe_slot *slot = efi->ctx->slot;
	const char *text = lethe_plan_strings(efi->ctx->plan) + slot->cmdline_offset;
	uint16_t *wide;
	uint32_t i;
	const efi_status status = efi->boot->allocate_pool(
		EFI_LOADER_DATA, slot->cmdline_size * 2ULL, &options->text);

	if (status != EFI_SUCCESS) {
		return status;
	}
	wide = options->text;
	for (i = 0; i < slot->cmdline_size; i++) {
		wide[i] = (uint8_t)text[i];
	}
	options->size = slot->cmdline_size * 2;
	options->is_own = true;
	return EFI_SUCCESS;
}

void lethe_efi_options_loaders(const struct lethe_efi *efi, struct lethe_efi_options *options)
{
	const bool is_packed = efi->ctx->slot->cmdline_size != 0;
	const bool is_loaders =
		efi->loaded != NULL && efi->loaded->load_options != NULL &&
		efi->loaded->load_options_size > sizeof(uint16_t); /* more than a zero */

	options->text = NULL;
	options->size = 0;
	options->is_own = false;
	if (is_loaders && (is_packed || !lethe_efi_allows(efi, LETHE_PLAN_EFI_CMDLINE))) {
		lethe_efi_say_unused("command line", is_packed);
	} else if (is_loaders) {
		options->text = efi->loaded->load_options;
		options->size = efi->loaded->load_options_size;
	}
}

efi_status lethe_efi_options_offer(const struct lethe_efi *efi, struct lethe_efi_options *options)
{
	lethe_efi_options_loaders(efi, options);
	return efi->ctx->slot->cmdline_size != 0 ? convert(efi, options) : EFI_SUCCESS;
}

void lethe_efi_options_withdraw(const struct lethe_efi *efi, struct lethe_efi_options *options)
{
	if (options->is_own) {
		efi->boot->free_pool(options->text);
		options->is_own = false;
	}
}
