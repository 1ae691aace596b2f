/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The initrd, by LoadFile2 on a handle with Linux's device path (include/linux/efi.h; Linux asks
 * there first). A boot manager may have put its own there. A device path names one handle only, so
 * ours takes its place on the same handle, or nothing does; and it is back before the door returns.
 */
#include <string.h>

#include "efi/kernel.h"

/* UEFI 2.10, 10.3.5.3 and 10.3.1 */
static const struct {
	struct efi_device_path vendor;
	struct efi_guid guid;
	struct efi_device_path end;
} __attribute__((packed, aligned(8))) path = {
	{4, 3, {20, 0}}, /* media, vendor */
	EFI_GUID_LINUX_INITRD,
	{0x7f, 0xff, {4, 0}},
};
static const struct efi_guid load_file2 = EFI_GUID_LOAD_FILE2, device_path = EFI_GUID_DEVICE_PATH;

static efi_status load_file(struct efi_load_file2 *self, const struct efi_device_path *file_path,
			    uint8_t boot_policy, uint64_t *size, void *buffer)
{
	const struct lethe_efi_initrd *initrd = (const struct lethe_efi_initrd *)self;

	(void)file_path;
	if (boot_policy != 0) {
		return EFI_UNSUPPORTED; /* 13.2: a LoadFile2 is no boot option */
	}
	if (size == NULL) {
		return EFI_INVALID_PARAMETER;
	}
	if (buffer == NULL || *size < initrd->size) {
		*size = initrd->size;
		return EFI_BUFFER_TOO_SMALL;
	}
	*size = initrd->size;
	memcpy(buffer, initrd->bytes, initrd->size);
	return EFI_SUCCESS;
}

/* The handle that has the device path and a LoadFile2. */
static bool find(const struct lethe_efi *efi, efi_handle *handle, struct efi_load_file2 **protocol)
{
	const struct efi_device_path *rest = &path.vendor;

	return efi->boot->locate_device_path(&load_file2, &rest, handle) == EFI_SUCCESS &&
	       rest->type == path.end.type &&
	       efi->boot->handle_protocol(*handle, &load_file2, (void **)protocol) == EFI_SUCCESS;
}

efi_status lethe_efi_initrd_offer(const struct lethe_efi *efi, struct lethe_efi_initrd *initrd)
{
	const struct lethe_slot *slot = efi->ctx->slot;
	const bool is_packed = slot->initrd_segment != LETHE_INDEX_NONE;
	efi_status status = EFI_SUCCESS;

	memset(initrd, 0, sizeof(*initrd));
	initrd->protocol.load_file = load_file;
	initrd->is_loaders = find(efi, &initrd->handle, &initrd->theirs);
	if (!initrd->is_loaders) {
		initrd->handle = NULL;
		initrd->theirs = NULL;
	} else if (!is_packed && lethe_efi_allows(efi, LETHE_PLAN_EFI_INITRD)) {
		initrd->theirs = NULL; /* stays where it is */
		return EFI_SUCCESS;
	} else {
		lethe_efi_say_unused("initrd", is_packed);
		status = efi->boot->uninstall_multiple_protocol_interfaces(
			initrd->handle, &load_file2, initrd->theirs, NULL);
		if (status != EFI_SUCCESS) {
			initrd->theirs = NULL;
		}
	}
	if (status != EFI_SUCCESS || !is_packed) {
		return status;
	}
	initrd->bytes = lethe_efi_segment(efi, slot->initrd_segment);
	initrd->size = efi->ctx->segments[slot->initrd_segment].file_size;
	status = initrd->is_loaders ? efi->boot->install_multiple_protocol_interfaces(
					      &initrd->handle, &load_file2, &initrd->protocol, NULL)
				    : efi->boot->install_multiple_protocol_interfaces(
					      &initrd->handle, &device_path, &path, &load_file2,
					      &initrd->protocol, NULL);
	if (status != EFI_SUCCESS) {
		initrd->bytes = NULL;
		lethe_efi_initrd_withdraw(efi, initrd);
	}
	return status;
}

void lethe_efi_initrd_withdraw(const struct lethe_efi *efi, struct lethe_efi_initrd *initrd)
{
	if (initrd->bytes != NULL && initrd->is_loaders) {
		efi->boot->uninstall_multiple_protocol_interfaces(initrd->handle, &load_file2,
								  &initrd->protocol, NULL);
	} else if (initrd->bytes != NULL) {
		efi->boot->uninstall_multiple_protocol_interfaces(
			initrd->handle, &device_path, &path, &load_file2, &initrd->protocol, NULL);
	}
	if (initrd->theirs != NULL) {
		efi->boot->install_multiple_protocol_interfaces(&initrd->handle, &load_file2,
								initrd->theirs, NULL);
	}
	initrd->bytes = NULL;
	initrd->theirs = NULL;
}

efi_status lethe_efi_initrd_read(const struct lethe_efi *efi, void *buffer, uint64_t *size)
{
	struct efi_load_file2 *protocol;
	efi_handle handle;

	return find(efi, &handle, &protocol)
		       ? protocol->load_file(protocol, &path.end, 0, size, buffer)
		       : EFI_NOT_FOUND;
}
