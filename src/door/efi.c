/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The EFI door: firmware starts the bundle as a program. It checks what the other doors check, slot
 * by slot, and then lets the kernel's own EFI stub go on, or leaves UEFI for the bundle's Image
 * door. If nothing can be started it returns, and firmware goes on to its next boot option.
 */
#include <string.h>

#include <lethe/sha256.h>
#include <lethe/version.h>

#include "console/console.h"
#include "console/report.h"
#include "cpu/counter.h"
#include "cpu/sysreg.h"
#include "efi/kernel.h"
#include "efi/watchdog.h"
#include "stop.h"

/* Called by efi_head.S. */
efi_status lethe_efi_main(efi_handle image, const struct efi_system_table *table,
			  const struct lethe_efi_head *head);

extern const uint8_t lethe_efi_end[]; /* efi.ld */

static struct lethe_efi door;

/* UEFI 2.10, 3.3: 1 if images are verified. Where nobody has heard of the variable, or of
 * variables, none are. */
static bool is_secure(const struct efi_system_table *table)
{
	static const struct efi_guid global = EFI_GUID_GLOBAL_VARIABLE;
	static const uint16_t name[] = {'S', 'e', 'c', 'u', 'r', 'e', 'B', 'o', 'o', 't', 0};
	uint8_t value = 0;
	uint64_t size = sizeof(value);
	const efi_status status = table->runtime->get_variable(name, &global, NULL, &size, &value);

	return status == EFI_SUCCESS ? value != 0
				     : status != EFI_NOT_FOUND && status != EFI_UNSUPPORTED;
}

/*
 * The digest of this program. Before anything of it has changed: its variables are in it, as they
 * are in the file. The head's sizes may be damaged as well, so the link's own say how far to read.
 */
static bool is_whole(const struct lethe_efi_head *head)
{
	const uint64_t digest_at = offsetof(struct lethe_efi_head, digest);
	static const uint8_t zeros[LETHE_SHA256_SIZE];
	uint8_t found[LETHE_SHA256_SIZE];
	struct lethe_sha256 sha;

	if (head->size != (uint64_t)(lethe_efi_end - (const uint8_t *)head)) {
		return false;
	}
	lethe_sha256_init(&sha);
	lethe_sha256_update(&sha, head, digest_at);
	lethe_sha256_update(&sha, zeros, sizeof(zeros));
	lethe_sha256_update(&sha, head + 1, head->size - sizeof(*head));
	lethe_sha256_final(&sha, found);
	return memcmp(found, head->digest, sizeof(found)) == 0;
}

/*
 * The kernel's own stub takes what is to run at the level that firmware has, with the CPUs as they
 * are, and wherever firmware puts it; and brings only an initrd and a tree along.
 */
static bool has_stub(const struct lethe_efi *efi)
{
	const struct lethe_context *ctx = efi->ctx;
	const struct lethe_slot *slot = ctx->slot;
	const uint32_t index = slot->entry_segment;
	const uint32_t known = 1 + (slot->initrd_segment != LETHE_INDEX_NONE) +
			       (slot->tree_segment != LETHE_INDEX_NONE);

	return ctx->plan->el == LETHE_EL_AS_ENTERED && ctx->plan->cpus == LETHE_CPUS_KEEP &&
	       index != LETHE_INDEX_NONE && slot->entry == 0 && slot->segment_count == known &&
	       (ctx->segments[index].flags & LETHE_SEGMENT_IN_PLACE) != 0 &&
	       lethe_efi_pe(lethe_efi_segment(efi, index), ctx->segments[index].file_size) != NULL;
}

static void stage(struct lethe_context *ctx, enum lethe_stage stage, uint64_t start)
{
	ctx->record.stage_ticks[stage - LETHE_STAGE_CHECK] += lethe_counter() - start;
	ctx->record.stage_bytes[stage - LETHE_STAGE_CHECK] += ctx->stage_bytes;
	ctx->stage_bytes = 0;
}

/* The first slot that is good. Its number, or the number of slots. */
static unsigned int find_slot(struct lethe_efi *efi)
{
	struct lethe_context *ctx = efi->ctx;
	unsigned int slot;

	for (slot = 0; slot < ctx->plan->slot_count; slot++) {
		const uint64_t start = lethe_counter();
		int status;

		if (slot != 0) {
			lethe_console_line("fallback %u", (uint64_t)slot);
		}
		lethe_stop_context.stage = LETHE_STAGE_VERIFY;
		status = lethe_efi_slot(efi, slot);
		stage(ctx, LETHE_STAGE_VERIFY, start);
		if (status == LETHE_OK) {
			break;
		}
		if (status != LETHE_E_DIGEST) { /* the verify stage has reported those */
			lethe_report_fail(LETHE_STAGE_VERIFY, status, &ctx->where);
		}
	}
	return slot;
}

static efi_status boot(struct lethe_efi *efi, bool is_sound)
{
	struct lethe_context *ctx = efi->ctx;
	const uint64_t start = lethe_counter();
	struct lethe_where where = {0};
	const int status = is_sound ? lethe_efi_bundle(efi, &where) : LETHE_E_SELF;
	unsigned int i;

	if (status != LETHE_OK) {
		lethe_report_fail(LETHE_STAGE_CHECK, status, &where);
		return EFI_SECURITY_VIOLATION;
	}
	for (i = 0; i < LETHE_RECORD_STAGES; i++) {
		ctx->record.stage_names[i] =
			lethe_stage_name((enum lethe_stage)(LETHE_STAGE_CHECK + i));
	}
	ctx->stage_bytes = ctx->plan->total_size;
	stage(ctx, LETHE_STAGE_CHECK, start);
	if ((ctx->plan->flags & LETHE_PLAN_STOP_AFTER_CHECK) != 0) {
		lethe_console_line("the plan is good, and asks for no more");
		return EFI_ABORTED;
	}
	if (find_slot(efi) == ctx->plan->slot_count) {
		return EFI_SECURITY_VIOLATION;
	}
	return has_stub(efi) ? lethe_efi_start(efi) : lethe_efi_leave(efi);
}

efi_status lethe_efi_main(efi_handle image, const struct efi_system_table *table,
			  const struct lethe_efi_head *head)
{
	static const struct efi_guid loaded_image = EFI_GUID_LOADED_IMAGE;
	const bool is_sound = is_whole(head); /* first of all */
	struct lethe_efi *efi = &door;
	efi_status status;

	efi->image = image;
	efi->table = table;
	efi->boot = table->boot;
	efi->head = head;
	efi->bundle = (const uint8_t *)head - head->offset;
	efi->file_size = head->offset + head->size;
	efi->is_secure = is_secure(table);
	if (efi->boot->handle_protocol(image, &loaded_image, (void **)&efi->loaded) !=
	    EFI_SUCCESS) {
		efi->loaded = NULL;
	}
	lethe_efi_console(table->console_out);
	status = efi->boot->allocate_pool(EFI_LOADER_DATA, sizeof(*efi->ctx), (void **)&efi->ctx);
	if (status != EFI_SUCCESS) {
		return status;
	}
	memset(efi->ctx, 0, sizeof(*efi->ctx));
	efi->ctx->door = "efi";
	efi->ctx->is_cached = true;
	efi->ctx->el = (unsigned int)(READ(CurrentEL) >> CURRENTEL_SHIFT);
	lethe_console_line(LETHE_VERSION " efi at 0x%x EL%u%s", (uint64_t)efi->bundle,
			   (uint64_t)efi->ctx->el, efi->is_secure ? ", Secure Boot" : "");
	lethe_efi_watchdog_off(efi);
	status = boot(efi, is_sound);
	lethe_console_line("back to firmware: 0x%x", status);
	efi->boot->free_pool(efi->ctx);
	return status;
}
