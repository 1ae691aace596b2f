/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_BUNDLE_H
#define LETHE_TOOL_BUNDLE_H

/* clang-format off */
/*
 * Builds a bundle: where everything lies, the plan, the header, the file.
 *
 *	0		blob: Image header, Lethe header, code, bss as zeros
 *	blob_size	plan
 *	4 KiB multiples	dtb, initrd, raw files of each slot, in the slots' order
 *	2 MiB multiple	+ text_offset: kernel of the last slot that has one
 *			its bss, and 2 MiB to slide, as zeros
 *	...		the kernels before it likewise, down to
 *	2 MiB multiple	+ text_offset: kernel of the first slot; or nothing, when raw files are started
 *			- end of the file; what follows exists in memory only -
 *			the kernel's bss
 *	2 MiB multiple	device tree slot, 2 MiB, of all slots
 *			2 MiB to slide, for a loader that ignored the alignment
 *			- image_size -
 *
 * A slot's segments are in file order, which is the order in which Lethe verifies them, and moves them
 * but where one would destroy another (place.h). The kernel, the only one that may slide, is behind all
 * of its slot that is still to be read. It slides up, to where there is nothing but earlier slots.
 */
/* clang-format on */

#include <stdbool.h>
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

/* The files of a slot. All but raw, which has the slot's raw_count entries, may be null. */
struct bundle_input {
	const struct kernel *kernel;
	const struct file *initrd;
	const struct file *dtb;
	const struct file *raw;
};

/*
 * Lays out and seals. input: one for each of options->slot_count; they must outlive the bundle.
 * Returns TOOL_OK or, after printing why, TOOL_UNREADABLE or TOOL_USAGE.
 */
int bundle_build(struct bundle *bundle, const struct options *options,
		 const struct bundle_input *input);

/*
 * Judges the bundle as the firmware will. Returns TOOL_OK or, after printing the firmware's own
 * line, TOOL_USAGE: this version would refuse to boot it.
 */
int bundle_check(const struct bundle *bundle);

/* TOOL_OK, or what output_write() and output_commit() return. */
int bundle_write(const struct bundle *bundle, struct output *output);

void bundle_free(struct bundle *bundle);

/*
 * lethe_place() of every slot, for a bundle whose load address nobody knows yet: at QEMU's 0x40200000
 * and, where a fixed destination is in the way there, behind it; each time at a 2 MiB multiple and
 * 4 KiB beyond. plan_offset: of the plan from byte 0 of the Image.
 */
struct bundle_placement {
	uint64_t base;		/* that was judged last */
	uint32_t slot;		/* that was refused at the first address */
	struct lethe_where where;
	struct lethe_placement placement[LETHE_SLOT_MAX];
};

/* True if the segment's bytes are in the bundle's file. */
static inline bool bundle_has_source_of(const struct lethe_segment *segment)
{
	return (segment->flags & LETHE_SEGMENT_SOURCE_OFFSET) != 0;
}

/* 0 when one address suits all slots, else the status at the first. */
int bundle_place(const struct lethe_plan *plan, uint64_t plan_offset,
		 struct bundle_placement *placed);

/* tool_status_line() for a slot's failure, which says which slot where there are several. */
void bundle_status_line(char *line, size_t size, const struct lethe_plan *plan, uint32_t slot,
			int status, const struct lethe_where *where);

/* Where QEMU's virt machine loads a bundle. */
#define BUNDLE_USUAL_BASE	0x40200000ULL

#endif
