/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_BUNDLE_H
#define LETHE_TOOL_BUNDLE_H

/* clang-format off */
/*
 * Builds a bundle: the layout, the plan, the header, the file.
 *
 *	0		blob: Image header, Lethe header, code, bss as zeros
 *	blob_size	plan
 *	4 KiB multiples	dtb, initrd, raw files of each slot, in the slots' order
 *	2 MiB multiple	+ text_offset: kernel of the last slot with a kernel
 *			its bss, and 2 MiB to slide, as zeros
 *	...		the kernels before it likewise, down to
 *	2 MiB multiple	+ text_offset: kernel of the first slot; or nothing, if the payload is a raw file
 *	4 KiB multiple	the EFI door, unless --no-efi
 *			- end of the file; the rest exists in memory only - the kernel's bss
 *	2 MiB multiple	device tree buffer, 2 MiB, for all slots
 *			2 MiB to slide, for a loader that ignored the alignment
 *			- image_size -
 *
 * A slot's segments are in file order. Lethe verifies them in this order, and moves them in this order
 * unless one segment would destroy another (place.h). Only the kernel may slide. It lies behind all
 * segments of its slot that are still to be read, and slides up, over earlier slots only.
 */
/* clang-format on */

#include <stdbool.h>
#include <stdint.h>

#include <lethe/image.h>
#include <lethe/place.h>
#include <lethe/plan.h>

#include "blob.h"
#include "file.h"
#include "kernel.h"
#include "options.h"

struct bundle_part {
	const uint8_t *bytes;
	uint64_t size;
	uint64_t offset;
};

struct bundle {
	struct lethe_image_header image;
	struct lethe_blob_header blob;
	struct blob from;			/* what it begins with */
	uint8_t *front;				/* owned: the blob with its headers */
	struct lethe_plan *plan;		/* owned */
	struct bundle_part part[LETHE_SEGMENT_MAX];	/* by the segment's index */
	uint8_t *efi;				/* owned; null: no EFI door */
	uint64_t efi_offset, efi_size;
	uint64_t file_size;
};

/* The files of a slot. All but raw, which has the slot's raw_count entries, may be null. */
struct bundle_input {
	const struct kernel *kernel;
	const struct file *initrd;
	const struct file *dtb;
	const struct file *raw;
};

/*
 * Lays out. The digests of the segments are still missing: bundle_seal(). input has options->slot_count entries, which must outlive the bundle.
 * Returns TOOL_OK or, after printing why, TOOL_UNREADABLE or TOOL_USAGE.
 */
int bundle_build(struct bundle *bundle, const struct options *options,
		 const struct bundle_input *input);

/*
 * Checks the bundle as the firmware will. Returns TOOL_OK. If this version would refuse to boot the
 * bundle, prints the firmware's own line and returns TOOL_USAGE.
 */
int bundle_check(const struct bundle *bundle);

/* bundle_front.c: puts the EFI door behind all segments. */
void bundle_add_efi(struct bundle *bundle);

/* bundle_front.c: makes the front of the file: the blob, with its headers completed and the digest of the whole. */
void bundle_fill_front(struct bundle *bundle, const struct bundle_input *input);

/* Digests the segments, and seals the plan. bundle_write.c, with the next one. */
void bundle_seal(struct bundle *bundle);

/* Writes all but commits nothing. Returns TOOL_OK, or the code of output_write(). */
int bundle_write(const struct bundle *bundle, struct output *output);

void bundle_free(struct bundle *bundle);

/*
 * The result of lethe_place() for every slot. The load address is not known yet, so the bundle is
 * placed at QEMU's 0x40200000. If a fixed destination is in the way there, the bundle is also
 * placed behind it. Each address is tried as a 2 MiB multiple and 4 KiB beyond. plan_offset counts
 * from byte 0 of the Image.
 */
struct bundle_placement {
	uint64_t base;		/* the last address tried */
	uint32_t slot;		/* the slot refused at the first address */
	struct lethe_where where;
	struct lethe_placement placement[LETHE_SLOT_MAX];
};

/* True if the segment's bytes are in the bundle's file. */
static inline bool bundle_has_source_of(const struct lethe_segment *segment)
{
	return (segment->flags & LETHE_SEGMENT_SOURCE_OFFSET) != 0;
}

/* Returns 0 if one address suits all slots, else the status at the first address. */
int bundle_place(const struct lethe_plan *plan, uint64_t plan_offset,
		 struct bundle_placement *placed);

/* As tool_status_line(), and names the slot if the plan has several. */
void bundle_status_line(char *line, size_t size, const struct lethe_plan *plan, uint32_t slot,
			int status, const struct lethe_where *where);

/* Where QEMU's virt machine loads a bundle. */
#define BUNDLE_USUAL_BASE	0x40200000ULL

#endif
