/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_IMAGE_H
#define LETHE_IMAGE_H

/*
 * The front of lethe.img and of every bundle: the arm64 Image header (Linux,
 * Documentation/arch/arm64/booting.rst, "Call the kernel image"), then Lethe's own header.
 * Both little-endian. The rest of the first 4 KiB is reserved, for instance for an EFI header.
 */

#include <stdint.h>

#define LETHE_IMAGE_MAGIC		0x644d5241U	/* "ARM\x64" */
#define LETHE_IMAGE_FLAG_BIG_ENDIAN	(1ULL << 0)
#define LETHE_IMAGE_FLAG_PAGE_MASK	(3ULL << 1)	/* 0 unknown, 1 4 KiB, 2 16 KiB, 3 64 KiB */
#define LETHE_IMAGE_FLAG_PAGE_SHIFT	1
#define LETHE_IMAGE_FLAG_ANYWHERE	(1ULL << 3)	/* base may be anywhere in RAM */

struct lethe_image_header {
	uint32_t code0;			/* carries "MZ" in its low half */
	uint32_t code1;			/* branch to the entry */
	uint64_t text_offset;		/* from a 2 MiB boundary */
	uint64_t image_size;		/* effective size from byte 0: the memory that the loader grants */
	uint64_t flags;
	uint64_t reserved[3];
	uint32_t magic;
	uint32_t pe_offset;
};

#define LETHE_BLOB_OFFSET	64U			/* of struct lethe_blob_header */
#define LETHE_BLOB_MAGIC	0x424c42454854454cULL	/* "LETHEBLB" in memory */
#define LETHE_BLOB_VERSION	1U

struct lethe_blob_header {
	uint64_t magic;
	uint32_t version;
	uint32_t reserved0;
	uint64_t blob_size;	/* bytes of the blob with its bss and stack: Lethe's workspace; 4 KiB mult. */
	uint64_t plan_offset;	/* from byte 0, 4 KiB multiple; 0: a bare blob without a plan */
	uint64_t file_size;	/* bytes of the whole bundle file; 0 in a bare blob */
	uint8_t digest[32];	/* SHA-256 of [0, blob_size) with this field and the seal as zero; 0 in a bare blob. For the host: */
				/* a running blob has changed its data, and pack the headers */
};

/*
 * Eight bytes with which all 64-bit words of [0, plan_offset) add up to 0. What runs before a blob can check itself, its
 * entry above all, can be checked by whoever starts it: the front end of a flash file does. The digest above has them as zero.
 */
#define LETHE_SEAL_OFFSET	4088U

#define LETHE_SELF_OFFSET	144U			/* of struct lethe_blob_self */

/*
 * What a running blob checks of itself (LETHE_E_SELF): its code and its constants, which never change. Made when the
 * blob is built, the same in the bare blob and in every bundle. All zero in a blob that was built before there was
 * such a check.
 */
struct lethe_blob_self {
	uint64_t start;		/* from byte 0: the code's first byte */
	uint64_t end;		/* behind the last constant */
	uint8_t digest[32];	/* SHA-256 of [start, end) */
};

#endif
