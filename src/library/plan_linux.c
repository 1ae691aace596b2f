/* SPDX-License-Identifier: BSD-2-Clause */
/* A plan for a Linux kernel: what each loader would write by hand. */
#include <lethe/boot.h>
#include <lethe/image.h>
#include <lethe/plan_build.h>

#include <libfdt.h>

#include <stdbool.h>

#define BLOCK 0x200000ULL /* booting.rst: a kernel lies text_offset behind a multiple of 2 MiB */

/* Where everything goes: the room from its beginning on. */
struct layout {
	uint64_t kernel, kernel_size;
	uint64_t tree;
	uint64_t workspace, workspace_size;
};

static bool is_image(const struct lethe_linux *boot)
{
	const struct lethe_image_header *image = boot->kernel;

	return boot->kernel_size >= sizeof(*image) && image->magic == LETHE_IMAGE_MAGIC &&
	       image->image_size >= boot->kernel_size && image->text_offset < BLOCK;
}

/* Each size is compared with what is left, so that no sum can wrap. */
static bool take(uint64_t *at, uint64_t *left, uint64_t bytes)
{
	if (bytes > *left) {
		return false;
	}
	*at += bytes;
	*left -= bytes;
	return true;
}

static bool lay_out(const struct lethe_linux *boot, uint64_t plan_size, struct layout *layout)
{
	const struct lethe_image_header *image = boot->kernel;
	uint64_t left = boot->room_size;
	uint64_t at = boot->room;

	layout->kernel_size = image->image_size;
	layout->workspace_size = lethe_boot_workspace(plan_size, 0, 0);
	if (left > 0 - at && at != 0) {
		return false; /* wraps around */
	}
	if (!take(&at, &left, -at & (BLOCK - 1)) || !take(&at, &left, image->text_offset)) {
		return false;
	}
	layout->kernel = at;
	if (!take(&at, &left, image->image_size) || !take(&at, &left, -at & (BLOCK - 1))) {
		return false;
	}
	layout->tree = at;
	if (!take(&at, &left, LETHE_FDT_MAX)) {
		return false;
	}
	layout->workspace = at;
	return layout->workspace_size <= left;
}

static int add_segments(struct lethe_plan *plan, uint64_t size, const struct lethe_linux *boot,
			const struct layout *layout)
{
	const uint64_t tree_size = fdt_totalsize(boot->tree);
	int status = lethe_plan_add_segment(plan, size, "kernel", boot->kernel, boot->kernel_at,
					    layout->kernel, boot->kernel_size, layout->kernel_size);

	if (status == LETHE_OK) {
		status = lethe_plan_add_segment(plan, size, "tree", boot->tree, boot->tree_at,
						boot->tree_at, tree_size, tree_size);
	}
	if (status == LETHE_OK && boot->initrd != NULL) {
		status = lethe_plan_add_segment(plan, size, "initrd", boot->initrd,
						boot->initrd_at, boot->initrd_at,
						boot->initrd_size, boot->initrd_size);
	}
	if (status == LETHE_OK && boot->cmdline != NULL) {
		status = lethe_plan_cmdline(plan, size, boot->cmdline);
	}
	return status;
}

int lethe_plan_linux(struct lethe_plan *plan, uint64_t size, const struct lethe_linux *boot)
{
	struct lethe_slot *slot;
	struct layout layout;
	int status;

	if (!is_image(boot)) {
		return LETHE_E_CALLER_KERNEL;
	}
	if (fdt_magic(boot->tree) != FDT_MAGIC) {
		return LETHE_E_TREE_HEADER;
	}
	if (!lay_out(boot, size, &layout)) {
		return LETHE_E_CALLER_ROOM;
	}
	status = add_segments(plan, size, boot, &layout);
	if (status != LETHE_OK) {
		return status;
	}
	slot = lethe_plan_slot(plan);
	slot->tree_segment = 1;
	slot->initrd_segment = boot->initrd != NULL ? 2 : LETHE_INDEX_NONE;
	slot->tree_base = layout.tree;
	slot->tree_size = LETHE_FDT_MAX;
	plan->console_kind = LETHE_CONSOLE_STDOUT;
	plan->workspace_base = layout.workspace;
	plan->workspace_size = layout.workspace_size;
	return LETHE_OK;
}
