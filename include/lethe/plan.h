/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_PLAN_H
#define LETHE_PLAN_H

/*
 * The plan: the wire format between the loader and Lethe. docs/spec/plan.md is the normative text; this
 * header is the same format for C.
 *
 * Little-endian, fixed layout, 8-byte aligned, no pointers:
 *
 *	struct lethe_plan	192 bytes
 *	struct lethe_slot	slot_count times 128 bytes
 *	struct lethe_segment	segment_count times 112 bytes
 *	struct lethe_window	window_count times 16 bytes
 *	chunk digests		chunk_count times 32 bytes
 *	strings			strings_size bytes, zero-padded to a multiple of 8
 *
 * A plan with chunk digests has version 2, any other version 1.
 * total_size is exactly the sum, so every content has a single encoding. The digest is SHA-256 over
 * total_size bytes, with the digest field taken as zero. Every reserved byte is zero. A reader refuses
 * unknown versions, flags and numbers. A sealed plan is never edited: the real addresses are computed into
 * a work array (place.h).
 *
 * Addresses are physical unless a flag makes them "image offsets", counted from byte 0 of the arm64
 * Image that contains the plan. Lengths are bytes.
 */

#include <stddef.h>
#include <stdint.h>

#include <lethe/status.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LETHE_PLAN_MAGIC	0x4e4c50454854454cULL	/* "LETHEPLN" in memory */
#define LETHE_PLAN_VERSION	1U
#define LETHE_PLAN_VERSION_CHUNKS 2U			/* with chunk digests */

#define LETHE_NAME_SIZE		16U	/* printable ASCII, zero-padded, at least one zero */
#define LETHE_SLOT_MAX		4U
#define LETHE_SEGMENT_MAX	64U	/* a kimage has at most 16; fragmented lists reach more */
#define LETHE_WINDOW_MAX	64U
#define LETHE_STRINGS_MAX	16384U	/* arm64 kernels take 2048 bytes a command line */
#define LETHE_FDT_MAX		0x200000ULL	/* booting.rst: at most 2 MiB */
#define LETHE_INDEX_NONE	0xffffffffU
#define LETHE_DIGEST_SIZE	32U
#define LETHE_CHUNK_MAX		16384U	/* in all segments */
#define LETHE_CHUNK_SHIFT_MIN	16U	/* 64 KiB */
#define LETHE_CHUNK_SHIFT_MAX	26U	/* 64 MiB */

/* lethe_plan.flags */
#define LETHE_PLAN_STOP_AFTER_CHECK	(1U << 0)	/* dry run: report, write no memory, halt */
#define LETHE_PLAN_WORKSPACE_OFFSET	(1U << 1)	/* workspace_base is an image offset */
#define LETHE_PLAN_COHERENT		(1U << 2)	/* sources are coherent, boot.h; library door, not UNCACHED */
#define LETHE_PLAN_SMP			(1U << 3)	/* the CPUs that are off may be used; version 2, library door */
/* for the EFI door of a bundle (docs/use/uefi.md); other doors do not ask */
#define LETHE_PLAN_EFI_VOUCH		(1U << 4)	/* starts a kernel that firmware does not admit by itself */
#define LETHE_PLAN_EFI_INITRD		(1U << 5)	/* under Secure Boot: a loader's initrd may be used, ... */
#define LETHE_PLAN_EFI_CMDLINE		(1U << 6)	/* ... its command line, ... */
#define LETHE_PLAN_EFI_TREE		(1U << 7)	/* ... and firmware's or its device tree */
#define LETHE_PLAN_FLAGS		0xffU

/* lethe_plan.on_fail: the action after a stage has failed */
enum lethe_on_fail {
	LETHE_ON_FAIL_RETURN = 0,	/* to the C caller; library door only */
	LETHE_ON_FAIL_HALT = 1,
	LETHE_ON_FAIL_RESET = 2,	/* PSCI SYSTEM_RESET, then halt */
	LETHE_ON_FAIL_FALLBACK = 3,	/* the next slot, the last one halts */
	LETHE_ON_FAIL_COUNT
};

/* lethe_plan.el: exception level of the payload */
enum lethe_el {
	LETHE_EL_AS_ENTERED = 0,
	LETHE_EL_1 = 1,
	LETHE_EL_COUNT
};

/* lethe_plan.hyp_stub: the kind that answers HVC from an EL1 caller; stated by the loader, never probed */
enum lethe_hyp_stub {
	LETHE_HYP_STUB_NONE = 0,
	LETHE_HYP_STUB_4_7 = 1,		/* Linux 4.7 to 4.11: SOFT_RESTART is 2 */
	LETHE_HYP_STUB_4_12 = 2,	/* Linux 4.12 and later: SOFT_RESTART is 1 */
	LETHE_HYP_STUB_COUNT
};

/* lethe_plan.psci: conduit */
enum lethe_psci {
	LETHE_PSCI_TREE = 0,		/* as the device tree says */
	LETHE_PSCI_NONE = 1,
	LETHE_PSCI_SMC = 2,
	LETHE_PSCI_HVC = 3,
	LETHE_PSCI_COUNT
};

/* lethe_plan.mode */
enum lethe_mode {
	LETHE_MODE_BEST = 0,		/* cached if the machine can be mapped */
	LETHE_MODE_UNCACHED = 1,
	LETHE_MODE_COUNT
};

/* lethe_plan.cpus */
enum lethe_cpus {
	LETHE_CPUS_KEEP = 0,		/* they are started as the tree says */
	LETHE_CPUS_PEN = 1,		/* they wait in Lethe's pen, and can be given back; EL_AS_ENTERED, Image door */
	LETHE_CPUS_PSCI = 2,		/* by PSCI: the machine's, else Lethe's own monitor; EL_1, Image door */
	LETHE_CPUS_COUNT
};

/* lethe_plan.console_kind */
enum lethe_console_kind {
	LETHE_CONSOLE_NONE = 0,
	LETHE_CONSOLE_STDOUT = 1,	/* stdout-path of the tree */
	LETHE_CONSOLE_AUTO = 2,		/* bootargs have "earlycon": the UART of earlycon=, else as STDOUT */
	/* a UART at console_base */
	LETHE_CONSOLE_PL011 = 3,
	LETHE_CONSOLE_NS16550 = 4,	/* with reg_shift and reg_width */
	LETHE_CONSOLE_GENI = 5,		/* Qualcomm's serial engine */
	LETHE_CONSOLE_UARTDM = 6,	/* Qualcomm, before that */
	LETHE_CONSOLE_SCIF = 7,		/* Renesas SCIF and HSCIF, registers 4 bytes apart */
	LETHE_CONSOLE_RZSCIF = 8,	/* the same, 2 bytes apart */
	LETHE_CONSOLE_LINFLEX = 9,	/* NXP S32 */
	LETHE_CONSOLE_IMX = 10,		/* NXP i.MX up to 8M */
	LETHE_CONSOLE_MESON = 11,	/* Amlogic */
	LETHE_CONSOLE_LPUART = 12,	/* NXP i.MX 7ULP, 8 and 9 */
	LETHE_CONSOLE_LPUART32 = 13,	/* NXP Layerscape, little-endian */
	LETHE_CONSOLE_CDNS = 14,	/* Cadence, in Zynq */
	LETHE_CONSOLE_ARMADA3700 = 15,	/* Marvell */
	LETHE_CONSOLE_SAMSUNG = 16,	/* Exynos, Google */
	LETHE_CONSOLE_EM = 17,		/* Renesas EMMA Mobile, RZ/V2M */
	LETHE_CONSOLE_COUNT
};

struct lethe_plan {
	uint64_t magic;
	uint32_t version;
	uint32_t total_size;		/* bytes of the whole plan, a multiple of 8 */
	uint8_t digest[LETHE_DIGEST_SIZE];
	uint32_t flags;
	uint32_t on_fail;
	uint32_t slot_count;		/* 1 .. LETHE_SLOT_MAX, tried in order */
	uint32_t segment_count;		/* 1 .. LETHE_SEGMENT_MAX; 0 only with a list */
	uint32_t window_count;		/* 0 .. LETHE_WINDOW_MAX */
	uint32_t strings_size;		/* before padding */
	uint32_t el;
	uint32_t hyp_stub;
	uint32_t psci;
	uint32_t mode;
	uint32_t console_kind;
	uint32_t console_reg_shift;	/* NS16550: register n is at base + (n << shift), 0 .. 3 */
	uint32_t console_reg_width;	/* NS16550: access size, 1, 2 or 4, <= 1 << shift; else 0 */
	uint32_t chunk_count;		/* version 2: 1 .. LETHE_CHUNK_MAX; else 0 */
	uint64_t console_base;		/* PA; 0 for NONE, STDOUT and AUTO */
	uint64_t extent_size;		/* granted by the loader from byte 0 of the Image; 0: no Image */
	uint64_t workspace_base;	/* Lethe runs here during the moves; 4 KiB aligned */
	uint64_t workspace_size;
	uint64_t list_head;		/* kimage head entry, INDIRECTION or DONE; 0: no list */
	uint32_t list_page_shift;	/* 12, 14 or 16; 0: no list */
	uint32_t cpus;			/* what becomes of the CPUs beside the one that boots */
	uint64_t reserved2[5];
};

/* lethe_slot.flags */
#define LETHE_SLOT_FORCE_TREE		(1U << 0)	/* the packed tree wins; x0 is not even read */
#define LETHE_SLOT_TREE_OPTIONAL	(1U << 1)	/* no tree anywhere: x0 = 0 rather than an error */
#define LETHE_SLOT_TREE_OFFSET		(1U << 2)	/* tree_base is an image offset */
#define LETHE_SLOT_FLAGS		0x7U

/* One payload to boot. Slots own consecutive runs of segments, in order, empty only with a list. */
struct lethe_slot {
	char name[LETHE_NAME_SIZE];
	uint32_t flags;
	uint32_t first_segment;
	uint32_t segment_count;
	uint32_t entry_segment;		/* entry counts from its destination; LETHE_INDEX_NONE: PA */
	uint64_t entry;			/* 4-byte aligned */
	uint64_t x[4];			/* literal x0..x3; x[0] must be 0 when tree_size is not 0 */
	uint32_t cmdline_offset;	/* into strings */
	uint32_t cmdline_size;		/* with its terminating zero; 0: the tree's bootargs stay */
	uint32_t tree_segment;		/* packed tree, or LETHE_INDEX_NONE */
	uint32_t initrd_segment;	/* or LETHE_INDEX_NONE: the loader's, if any */
	uint64_t tree_base;		/* the tree buffer: a PA, not 0; or an offset; 8-byte */
	uint64_t tree_size;		/* aligned, an offset up to 2 MiB in memory. 0: no tree, x[0] literal */
	uint64_t reserved[3];
};

/* lethe_segment.flags */
#define LETHE_SEGMENT_SOURCE_OFFSET	(1U << 0)	/* source is an image offset */
#define LETHE_SEGMENT_SOURCE_LIST	(1U << 1)	/* the indirection list supplies the bytes; source is 0 */
#define LETHE_SEGMENT_IN_PLACE		(1U << 2)	/* stays at its source; dest is 0 */
#define LETHE_SEGMENT_RESERVE		(1U << 3)	/* the payload must not use the memory: /memreserve/ */
#define LETHE_SEGMENT_FLAGS		0xfU

struct lethe_segment {
	char name[LETHE_NAME_SIZE];
	uint32_t flags;
	uint32_t chunk_shift;		/* 0: one digest; 16 .. 26: one for each 2^shift file bytes */
	uint64_t source;		/* image offset or PA, any alignment */
	uint64_t dest;			/* PA, any alignment */
	uint64_t file_size;		/* bytes present and digested; may be 0 */
	uint64_t mem_size;		/* bytes at the destination; the tail is zeroed; may be 0 */
	uint64_t align;			/* IN_PLACE: 0, or a power of two >= 4 KiB: if the source is not */
	uint64_t align_offset;		/* at a multiple of align plus align_offset, slide up to the next */
	uint8_t digest[LETHE_DIGEST_SIZE];	/* of the file bytes; with chunks, of their digests */
	uint64_t first_chunk;		/* index of its first chunk digest; 0 without */
};

/* RAM that Lethe may store to beyond the extent. [base, base + size), 4 KiB aligned, ascending. */
struct lethe_window {
	uint64_t base;
	uint64_t size;
};

/* Of a plan without chunk digests, which take at most LETHE_CHUNKS_SIZE_MAX bytes more. */
#define LETHE_PLAN_SIZE_MAX \
	(sizeof(struct lethe_plan) + LETHE_SLOT_MAX * sizeof(struct lethe_slot) + \
	 LETHE_SEGMENT_MAX * sizeof(struct lethe_segment) + \
	 LETHE_WINDOW_MAX * sizeof(struct lethe_window) + LETHE_STRINGS_MAX)

#define LETHE_CHUNKS_SIZE_MAX (LETHE_CHUNK_MAX * LETHE_DIGEST_SIZE)

/* The arrays of a plan whose counts were checked. Pure address arithmetic. */
const struct lethe_slot *lethe_plan_slots(const struct lethe_plan *plan);
const struct lethe_segment *lethe_plan_segments(const struct lethe_plan *plan);
const struct lethe_window *lethe_plan_windows(const struct lethe_plan *plan);
const uint8_t *lethe_plan_chunks(const struct lethe_plan *plan); /* 32 bytes each */
const char *lethe_plan_strings(const struct lethe_plan *plan);

/* The number of a segment's chunks, of which the last may be short; 0 without chunks. Its chunk_shift is sound. */
uint64_t lethe_segment_chunks(const struct lethe_segment *segment);

/* SHA-256 of a segment's chunk digests, one behind the other: what its digest has to be. */
void lethe_segment_root(const struct lethe_plan *plan, const struct lethe_segment *segment,
			uint8_t digest[LETHE_DIGEST_SIZE]);

/*
 * The total_size of a plan with these counts and without chunk digests, bytes. Counts above the limits are the
 * caller's mistake; the result does not wrap for any 32-bit counts.
 */
uint64_t lethe_plan_size(uint32_t slots, uint32_t segments, uint32_t windows, uint32_t strings);

/*
 * SHA-256 of a plan with its digest field taken as zero. total_size bytes are read.
 */
void lethe_plan_digest(const struct lethe_plan *plan, uint8_t digest[LETHE_DIGEST_SIZE]);

/*
 * Checks every field of a plan that can be validated without the image base and the placement.
 *
 * bytes	the plan, 8-byte aligned, not written
 * limit	readable bytes from there on; a larger total_size is LETHE_E_PLAN_SIZE
 * where	the place of the error, written only on error; may be null
 *
 * Returns 0, or the first LETHE_E_PLAN_*, LETHE_E_SEGMENT_* or LETHE_E_WINDOW. Reads only, no
 * allocation, any EL, MMU on or off. Magic, version, counts and sizes come before the digest, all other
 * fields after. So a damaged plan fails with PLAN_DIGEST, and a wrongly written plan with the wrong field.
 */
int lethe_plan_check(const void *bytes, uint64_t limit, struct lethe_where *where);

/* The way into Lethe. */
enum lethe_door {
	LETHE_DOOR_IMAGE,
	LETHE_DOOR_LIBRARY,
};

/*
 * Checks that this version of Lethe, entered by this door, supports all requests of a plan that
 * lethe_plan_check() accepted. Returns 0, or LETHE_E_PLAN_UNSUPPORTED with the unsupported field in
 * where. Reads only.
 */
int lethe_plan_supported(const struct lethe_plan *plan, enum lethe_door door,
			 struct lethe_where *where);

#ifdef __cplusplus
}
#endif

#endif
