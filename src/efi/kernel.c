/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A kernel with an EFI stub of its own: loaded and started as firmware starts any program, boot
 * services alive. Its stub knows best what its kernel wants of firmware.
 */
#include "efi/kernel.h"

#include "console/console.h"
#include "efi/watchdog.h"

static const struct efi_guid loaded_image = EFI_GUID_LOADED_IMAGE;

/* UEFI 2.10, 10.3.2.3: an image that is in memory. Not verified by where it comes from, but as any
 * other. */
struct memory_path {
	struct efi_device_path header;
	uint32_t type;
	uint64_t start, end;
	struct efi_device_path last;
} __attribute__((packed, aligned(8)));

/*
 * Where the kernel comes from: the bundle's own file, so that a stub which reads files beside itself
 * (Xen's configuration) finds them beside the bundle. Where no such file may be used, memory.
 */
static const struct efi_device_path *origin(const struct lethe_efi *efi,
					    const struct memory_path *memory)
{
	static const struct efi_guid guid = EFI_GUID_LOADED_IMAGE_PATH;
	const struct efi_device_path *path;

	return lethe_efi_allows(efi, LETHE_PLAN_EFI_INITRD) &&
			       efi->boot->handle_protocol(efi->image, &guid, (void **)&path) ==
				       EFI_SUCCESS &&
			       path != NULL
		       ? path
		       : &memory->header;
}

static void say_enter(const struct lethe_efi *efi, uint64_t base)
{
	lethe_console_line("enter 0x%x EL%u", base, (uint64_t)efi->ctx->el);
}

/* Runs an image that firmware has loaded. It is gone when this returns. */
static efi_status run_loaded(const struct lethe_efi *efi, efi_handle kernel,
			     const struct lethe_efi_options *options)
{
	struct efi_loaded_image *loaded;
	uint16_t *exit_data = NULL;
	uint64_t exit_size = 0;
	efi_status status = efi->boot->handle_protocol(kernel, &loaded_image, (void **)&loaded);

	if (status != EFI_SUCCESS) {
		efi->boot->unload_image(kernel);
		return status;
	}
	loaded->load_options = options->text;
	loaded->load_options_size = options->size;
	if (efi->loaded != NULL && lethe_efi_allows(efi, LETHE_PLAN_EFI_INITRD)) {
		loaded->device = efi->loaded->device; /* "initrd=" names files there */
	}
	say_enter(efi, (uint64_t)loaded->image_base);
	lethe_efi_watchdog_on(efi);
	status = efi->boot->start_image(kernel, &exit_size, &exit_data);
	lethe_efi_watchdog_off(efi);
	if (exit_data != NULL) {
		efi->boot->free_pool(exit_data);
	}
	return status;
}

/* Runs it as this program's own image: firmware has no other that it would let run. */
static efi_status run_own(const struct lethe_efi *efi, const uint8_t *bytes, uint64_t size,
			  const struct lethe_efi_options *options)
{
	efi_status (*entry)(efi_handle, const struct efi_system_table *);
	struct lethe_efi_pe_image image;
	struct efi_loaded_image before;
	efi_status status = EFI_UNSUPPORTED;

	if (efi->loaded == NULL) {
		return status; /* the kernel's stub asks for its own LoadedImage first of all */
	}
	status = lethe_efi_pe_load(efi, bytes, size, &image);
	if (status != EFI_SUCCESS) {
		return status;
	}
	before = *efi->loaded;
	efi->loaded->image_base = (void *)image.base;
	efi->loaded->image_size = lethe_efi_pe(bytes, size)->image_size;
	efi->loaded->load_options = options->text;
	efi->loaded->load_options_size = options->size;
	if (!lethe_efi_allows(efi, LETHE_PLAN_EFI_INITRD)) {
		efi->loaded->device = NULL;
	}
	say_enter(efi, image.base);
	lethe_efi_watchdog_on(efi);
	entry = (efi_status(*)(efi_handle, const struct efi_system_table *))(
		image.base + lethe_efi_pe(bytes, size)->entry);
	status = entry(efi->image, efi->table);
	lethe_efi_watchdog_off(efi);
	*efi->loaded = before;
	lethe_efi_pe_unload(efi, &image);
	return status;
}

static efi_status run(const struct lethe_efi *efi, const struct lethe_efi_options *options)
{
	const uint32_t index = efi->ctx->slot->entry_segment;
	const uint8_t *bytes = lethe_efi_segment(efi, index);
	const uint64_t size = efi->ctx->segments[index].file_size;
	const struct memory_path path = {{1, 3, {24, 0}},
					 EFI_LOADER_DATA,
					 (uint64_t)bytes,
					 (uint64_t)bytes + size,
					 {0x7f, 0xff, {4, 0}}};
	efi_handle kernel = NULL;
	efi_status status =
		efi->boot->load_image(0, efi->image, origin(efi, &path), bytes, size, &kernel);

	if (status == EFI_SUCCESS) {
		return run_loaded(efi, kernel, options);
	}
	if (kernel != NULL) {
		efi->boot->unload_image(kernel); /* SECURITY_VIOLATION leaves it loaded: 7.4.1 */
	}
	if (status == EFI_ACCESS_DENIED || status == EFI_SECURITY_VIOLATION) {
		lethe_console_line("firmware does not admit the kernel by itself: 0x%x", status);
		if ((efi->ctx->plan->flags & LETHE_PLAN_EFI_VOUCH) != 0) {
			lethe_console_line("the bundle vouches for it");
			return run_own(efi, bytes, size, options);
		}
	}
	return status;
}

efi_status lethe_efi_start(struct lethe_efi *efi)
{
	struct lethe_efi_options options;
	struct lethe_efi_initrd initrd;
	struct lethe_efi_tree tree;
	efi_status status = lethe_efi_options_offer(efi, &options);

	if (status == EFI_SUCCESS) {
		status = lethe_efi_initrd_offer(efi, &initrd);
		if (status == EFI_SUCCESS) {
			status = lethe_efi_tree_offer(efi, &tree);
			if (status == EFI_SUCCESS) {
				status = run(efi, &options);
			}
			lethe_efi_tree_withdraw(efi, &tree);
		}
		lethe_efi_initrd_withdraw(efi, &initrd);
	}
	lethe_efi_options_withdraw(efi, &options);
	return status;
}
