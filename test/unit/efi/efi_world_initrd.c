/* SPDX-License-Identifier: BSD-2-Clause */
/* A loader's initrd, and how a kernel's stub reads one. */
#include "efi_world.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct efi_guid load_file2 = EFI_GUID_LOAD_FILE2, device_path = EFI_GUID_DEVICE_PATH;

static efi_status load_own(struct efi_load_file2 *self, const struct efi_device_path *path, uint8_t policy, uint64_t *size,
			   void *buffer)
{
	(void)self;
	(void)path;
	assert_int_equal(policy, 0);
	if (buffer == NULL || *size < 3) {
		*size = 3;
		return EFI_BUFFER_TOO_SMALL;
	}
	*size = 3;
	memcpy(buffer, "own", 3);
	return EFI_SUCCESS;
}

void world_add_initrd(struct world *world)
{
	static struct efi_load_file2 own = {load_own};
	static uint8_t handle;

	world->protocols[0].handle = &handle;
	world->protocols[0].guid = device_path;
	world->protocols[1].handle = &handle;
	world->protocols[1].guid = load_file2;
	world->protocols[1].interface = &own;
}

char *world_read_initrd(struct world *world)
{
	uint64_t size = 0;
	char *text;

	if (lethe_efi_initrd_read(&world->efi, NULL, &size) != EFI_BUFFER_TOO_SMALL) {
		return NULL;
	}
	text = calloc(1, size + 1);
	assert_int_equal(lethe_efi_initrd_read(&world->efi, text, &size), EFI_SUCCESS);
	return text;
}
