/* SPDX-License-Identifier: BSD-2-Clause */
#include "efi_world.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BUNDLE 0x40000U

static struct world *w;
static uint8_t *bundle;
static struct world noted;
static const struct efi_guid device_path = EFI_GUID_DEVICE_PATH,
			     loaded_image = EFI_GUID_LOADED_IMAGE, loaded_image_path = EFI_GUID_LOADED_IMAGE_PATH;

const uint8_t *lethe_efi_segment(const struct lethe_efi *efi, uint32_t index)
{
	return efi->bundle + efi->ctx->segments[index].source;
}

/* ---- the firmware ---- */

/* Not behind the kernel: what is taken back needs no memory. */
static bool refuses(void)
{
	return w->starts == 0 && ++w->calls == w->fails_at;
}

static efi_status allocate_pages(uint32_t how, uint32_t type, uint64_t pages, uint64_t *address)
{
	void *memory = NULL;

	(void)how;
	(void)type;
	if (refuses() || pages > 4096) {
		return EFI_OUT_OF_RESOURCES;
	}
	if (posix_memalign(&memory, 4096, pages * 4096) != 0) {
		abort();
	}
	w->allocations++;
	*address = (uint64_t)memory;
	return EFI_SUCCESS;
}

static efi_status free_pages(uint64_t address, uint64_t pages)
{
	(void)pages;
	w->allocations--;
	free((void *)address);
	return EFI_SUCCESS;
}

static efi_status allocate_pool(uint32_t type, uint64_t size, void **buffer)
{
	(void)type;
	if (refuses()) {
		return EFI_OUT_OF_RESOURCES;
	}
	w->allocations++;
	*buffer = malloc(size);
	return EFI_SUCCESS;
}

static efi_status free_pool(void *buffer)
{
	w->allocations--;
	free(buffer);
	return EFI_SUCCESS;
}

static bool same(const struct efi_guid *a, const struct efi_guid *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static int find(efi_handle handle, const struct efi_guid *guid)
{
	for (unsigned int i = 0; i < WORLD_PROTOCOLS; i++) {
		if (w->protocols[i].handle != NULL && (handle == NULL || w->protocols[i].handle == handle) &&
		    same(&w->protocols[i].guid, guid)) {
			return (int)i;
		}
	}
	return -1;
}

static efi_status handle_protocol(efi_handle handle, const struct efi_guid *guid, void **interface)
{
	int i;

	if (handle == &w->kernel && same(guid, &loaded_image)) {
		if (refuses()) {
			return EFI_UNSUPPORTED;
		}
		*interface = &w->kernel;
		return EFI_SUCCESS;
	}
	if (handle == w->efi.image && same(guid, &loaded_image_path)) {
		*interface = &w->own_path;
		return EFI_SUCCESS;
	}
	i = find(handle, guid);
	if (i < 0) {
		return EFI_UNSUPPORTED;
	}
	*interface = w->protocols[i].interface;
	return EFI_SUCCESS;
}

/* There is one device path in this world: Linux's. */
static efi_status locate_device_path(const struct efi_guid *guid, const struct efi_device_path **path, efi_handle *handle)
{
	const int at = find(NULL, &device_path);

	assert_int_equal((*path)->type, 4);
	if (at < 0 || find(w->protocols[at].handle, guid) < 0) {
		return EFI_NOT_FOUND;
	}
	*handle = w->protocols[at].handle;
	*path = (const struct efi_device_path *)((const uint8_t *)*path + 20);
	return EFI_SUCCESS;
}

static efi_status install(efi_handle *handle, ...)
{
	static uint8_t handles[64];
	static unsigned int next;
	const struct efi_guid *guid;
	va_list args;

	if (refuses()) {
		return EFI_OUT_OF_RESOURCES;
	}
	va_start(args, handle);
	if (*handle == NULL) {
		*handle = &handles[next++ % sizeof(handles)];
	}
	while ((guid = va_arg(args, const struct efi_guid *)) != NULL) {
		unsigned int i = 0;

		/* 7.3.18: a device path names one handle. */
		assert_true(find(same(guid, &device_path) ? NULL : *handle, guid) < 0);
		while (w->protocols[i].handle != NULL) {
			i++;
			assert_true(i < WORLD_PROTOCOLS);
		}
		w->protocols[i].handle = *handle;
		w->protocols[i].guid = *guid;
		w->protocols[i].interface = va_arg(args, void *);
	}
	va_end(args);
	return EFI_SUCCESS;
}

static efi_status uninstall(efi_handle handle, ...)
{
	const struct efi_guid *guid;
	va_list args;

	if (refuses()) {
		return EFI_ACCESS_DENIED;
	}
	va_start(args, handle);
	while ((guid = va_arg(args, const struct efi_guid *)) != NULL) {
		const int i = find(handle, guid);

		assert_true(i >= 0);
		assert_ptr_equal(w->protocols[i].interface, va_arg(args, void *));
		memset(&w->protocols[i], 0, sizeof(w->protocols[i]));
	}
	va_end(args);
	return EFI_SUCCESS;
}

static efi_status install_table(const struct efi_guid *guid, void *table)
{
	uint64_t i = 0;

	while (i < w->table.table_count && !same(&w->tables[i].guid, guid)) {
		i++;
	}
	if (i == w->table.table_count && refuses()) { /* to replace one, or take it away, needs no memory */
		return EFI_OUT_OF_RESOURCES;
	}
	if (table == NULL) {
		assert_true(i < w->table.table_count);
		w->table.table_count--;
		memmove(&w->tables[i], &w->tables[i + 1], (w->table.table_count - i) * sizeof(w->tables[0]));
		return EFI_SUCCESS;
	}
	w->table.table_count += i == w->table.table_count;
	assert_true(w->table.table_count <= WORLD_TABLES);
	w->tables[i].guid = *guid;
	w->tables[i].table = table;
	return EFI_SUCCESS;
}

static efi_status load_image(uint8_t policy, efi_handle parent, const struct efi_device_path *path, const void *source,
			     uint64_t size, efi_handle *image)
{
	assert_int_equal(policy, 0);
	assert_ptr_equal(parent, w->efi.image);
	assert_true(path->type == 1 || path == &w->own_path); /* memory, or the bundle's */
	w->from = path;
	assert_memory_equal(source, bundle + w->segments[0].source, size);
	if (w->load_status != EFI_SUCCESS && w->load_status != EFI_SECURITY_VIOLATION) {
		return w->load_status;
	}
	w->images++;
	memset(&w->kernel, 0, sizeof(w->kernel));
	*image = &w->kernel;
	return w->load_status;
}

static efi_status start_image(efi_handle image, uint64_t *exit_size, uint16_t **exit_data)
{
	assert_ptr_equal(image, &w->kernel);
	w->starts++;
	if (w->started) {
		w->started(w);
	}
	w->allocations++;
	*exit_size = 4;
	*exit_data = malloc(4);
	w->images--; /* an application is unloaded when it returns: 7.4.2 */
	return w->start_status;
}

static efi_status unload_image(efi_handle image)
{
	assert_ptr_equal(image, &w->kernel);
	w->images--;
	return EFI_SUCCESS;
}

static efi_status set_watchdog(uint64_t seconds, uint64_t code, uint64_t size, const uint16_t *data)
{
	(void)size;
	(void)data;
	assert_true(code == 0 || code > 0xffff);
	w->watchdog = seconds;
	return EFI_SUCCESS;
}

static efi_status locate_protocol(const struct efi_guid *guid, void *registration, void **interface)
{
	(void)guid;
	(void)registration;
	(void)interface;
	return EFI_NOT_FOUND;
}

/* ---- the world ---- */

static void fill_boot(struct efi_boot_services *boot)
{
	boot->allocate_pages = allocate_pages;
	boot->free_pages = free_pages;
	boot->allocate_pool = allocate_pool;
	boot->free_pool = free_pool;
	boot->handle_protocol = handle_protocol;
	boot->locate_device_path = locate_device_path;
	boot->install_configuration_table = install_table;
	boot->load_image = load_image;
	boot->start_image = start_image;
	boot->unload_image = unload_image;
	boot->set_watchdog_timer = set_watchdog;
	boot->locate_protocol = locate_protocol;
	boot->install_multiple_protocol_interfaces = install;
	boot->uninstall_multiple_protocol_interfaces = uninstall;
}

struct world *world_begin(const char *cmdline)
{
	const uint32_t size = cmdline ? (uint32_t)strlen(cmdline) + 1 : 0;

	w = calloc(1, sizeof(*w));
	bundle = calloc(1, BUNDLE);
	world_said();
	w->plan = calloc(1, sizeof(*w->plan) + sizeof(w->slot) + sizeof(w->segments) + size);
	w->plan->slot_count = 1;
	w->plan->segment_count = 3;
	w->plan->strings_size = size;
	w->slot.segment_count = 3;
	w->slot.initrd_segment = LETHE_INDEX_NONE;
	w->slot.tree_segment = LETHE_INDEX_NONE;
	w->slot.cmdline_size = size;
	if (cmdline) {
		memcpy((char *)(w->plan + 1) + sizeof(w->slot) + sizeof(w->segments), cmdline, size);
	}
	w->segments[0].file_size = 0x1000;
	fill_boot(&w->boot);
	w->table.boot = &w->boot;
	w->table.tables = w->tables;
	w->own.device = &w->own;
	w->ctx.plan = w->plan;
	w->ctx.slot = &w->slot;
	w->ctx.segments = w->segments;
	w->ctx.el = 2;
	w->ctx.door = "efi";
	w->head.offset = BUNDLE;
	w->efi = (struct lethe_efi){&w->efi, &w->table, &w->boot, &w->own, &w->head, false, bundle, BUNDLE, &w->ctx};
	return w;
}

void world_end(struct world *world)
{
	free(world->plan);
	free(world);
	free(bundle);
	bundle = NULL;
	w = NULL;
}

void world_pack(struct world *world, unsigned int segment, const void *bytes, uint64_t size)
{
	world->segments[segment].source = segment * 0x10000U;
	world->segments[segment].file_size = size;
	assert_true(size <= 0x10000);
	memcpy(bundle + segment * 0x10000U, bytes, size);
	if (segment == 1) {
		world->slot.initrd_segment = 1;
	} else if (segment == 2) {
		world->slot.tree_segment = 2;
	}
}

void world_add_table(struct world *world, const struct efi_guid *guid, void *table)
{
	world->tables[world->table.table_count].guid = *guid;
	world->tables[world->table.table_count++].table = table;
}

void *world_table(struct world *world, const struct efi_guid *guid)
{
	return lethe_efi_table(&world->efi, guid);
}

void world_note(struct world *world)
{
	noted = *world;
}

void world_assert_same(struct world *world)
{
	unsigned int i, found;

	assert_int_equal(world->allocations, noted.allocations);
	assert_int_equal(world->images, noted.images);
	assert_int_equal(world->watchdog, 0);
	assert_int_equal(world->table.table_count, noted.table.table_count);
	assert_memory_equal(world->tables, noted.tables, world->table.table_count * sizeof(world->tables[0]));
	assert_memory_equal(&world->own, &noted.own, sizeof(world->own));
	for (i = 0, found = 0; i < WORLD_PROTOCOLS; i++) {
		if (world->protocols[i].handle != NULL) {
			const int at = find(world->protocols[i].handle, &world->protocols[i].guid);
			unsigned int j = 0;

			assert_int_equal(at, i);
			while (j < WORLD_PROTOCOLS && (noted.protocols[j].handle != world->protocols[i].handle ||
						       noted.protocols[j].interface != world->protocols[i].interface)) {
				j++;
			}
			assert_true(j < WORLD_PROTOCOLS);
			found++;
		}
	}
	for (i = 0; i < WORLD_PROTOCOLS; i++) {
		found -= noted.protocols[i].handle != NULL;
	}
	assert_int_equal(found, 0);
}
