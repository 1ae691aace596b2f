/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_BUNDLE_H
#define LETHE_TOOL_BUNDLE_H

/* clang-format off */
/*
 * Builds a bundle: where everything lies, the plan, the header, the file.
 *
 *	0		blob: Image header, Lethe header, code, bss as zeros
 *	blob_size	plan
 *	4 KiB multiples	dtb, initrd, raw files
 *	2 MiB multiple	+ text_offset: kernel; or nothing, when a raw file is started
 *			- end of the file; what follows exists in memory only -
 *			the kernel's bss
 *	2 MiB multiple	device tree slot, 2 MiB
 *			2 MiB to slide, for a loader that ignored the alignment
 *			- image_size -
 *
 * Segments are in file order, which is the order in which Lethe verifies them, and moves them but
 * where one would destroy another (place.h). The kernel, the only one that may slide, is behind all
 * that is still to be read.
 */
/* clang-format on */

#include <stdint.h>

#include <lethe/image.h>
#include <lethe/place.h>
#include <lethe/plan.h>

#include "file.h"
#include "kernel.h"
#include "options.h"

/* The embedded lethe.img (blob.S). */
extern const uint8_t tool_blob[];
extern const uint64_t tool_blob_size;

struct bundle_part {
	const uint8_t *bytes;
	uint64_t size;
	uint64_t offset;
};

struct bundle {
	struct lethe_image_header image;
	struct lethe_blob_header blob;
	uint8_t *front;				/* owned: the blob with its headers */
	struct lethe_plan *plan;		/* owned */
	struct bundle_part part[LETHE_SEGMENT_MAX];	/* of the segments, by their index */
	uint64_t file_size;
};

/*
 * Lays out and seals. kernel, initrd and dtb may be null; raw has options->raw_count entries.
 * Inputs must outlive the bundle. Returns TOOL_OK or, after printing why, TOOL_UNREADABLE or
 * TOOL_USAGE.
 */
int bundle_build(struct bundle *bundle, const struct options *options, const struct kernel *kernel,
		 const struct file *initrd, const struct file *dtb, const struct file *raw);

/*
 * Judges the bundle as the firmware will. Returns TOOL_OK or, after printing the firmware's own
 * line, TOOL_USAGE: this version would refuse to boot it.
 */
int bundle_check(const struct bundle *bundle);

/* TOOL_OK, or what output_write() and output_commit() return. */
int bundle_write(const struct bundle *bundle, struct output *output);

void bundle_free(struct bundle *bundle);

/*
 * lethe_place() for a bundle whose load address nobody knows yet: at QEMU's 0x40200000 and, where a
 * fixed destination is in the way there, behind it; each time at a 2 MiB multiple and 4 KiB beyond.
 * plan_offset: of the plan from byte 0 of the Image. *base: the address that was judged last.
 * Returns 0 when one address suits, else the status at the first.
 */
int bundle_place(const struct lethe_plan *plan, uint64_t plan_offset, uint64_t *base,
		 struct lethe_placement *placement, struct lethe_where *where);

/* Where QEMU's virt machine loads a bundle. */
#define BUNDLE_USUAL_BASE	0x40200000ULL

#endif
