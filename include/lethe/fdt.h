/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FDT_H
#define LETHE_FDT_H

/*
 * The device tree, in three steps that never mix: read (fdt_check.c, fdt_read.c: nothing is written), fix up
 * (fdt_fixup.c: edits the copy in the slot only), and the record (record.c: /chosen/lethe). All stand on
 * libfdt. "tree" arguments are 8-byte aligned flattened trees that are mapped and readable for their
 * totalsize. Any EL, MMU on or off, naturally aligned accesses only, no allocation, no recursion.
 */

#include <stdint.h>

#include <lethe/plan.h>
#include <lethe/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct lethe_uart {
	enum lethe_console_kind kind;	/* NONE, or the number of a driver */
	uint32_t reg_shift;
	uint32_t reg_width;		/* bytes of an access: 1, 2 or 4 */
	uint32_t is_sbsa;		/* a PL011 with no registers but the generic UART's (SBSA, B) */
	uint64_t base;			/* PA as a CPU sees it, through every `ranges` */
};

/* What a tree says. Strings point into the tree. */
struct lethe_fdt_facts {
	uint32_t total_size;		/* header totalsize */
	uint32_t used_size;		/* bytes of it that mean something: no slack, no gaps */
	uint32_t structure_size;	/* of the structure block, FDT_END included */
	const char *bootargs;		/* or null */
	int has_initrd;
	uint64_t initrd_start;		/* PA, only when has_initrd */
	uint64_t initrd_end;		/* exclusive; not checked to be above initrd_start */
	enum lethe_psci psci;		/* NONE, SMC or HVC */
	unsigned int cpu_count;		/* CPUs that can be started: device_type cpu, status not "fail..." */
	int has_gic_v3;			/* a node compatible with arm,gic-v3 or arm,gic-v5 */
	int has_memory;			/* any device_type memory node with a non-empty reg */
	int usable_count;		/* linux,usable-memory-range entries, 0 .. 2 */
	uint64_t usable_base[2];
	uint64_t usable_size[2];
	uint64_t efi_mmap;		/* linux,uefi-mmap-start, PA; 0 when not all four are there */
	uint32_t efi_mmap_size;
	uint32_t efi_desc_size;
	uint64_t efi_system_table;	/* linux,uefi-system-table, PA; 0 when it is not there */
	uint32_t boot_count;		/* /chosen/lethe boot-count, 0 when there is none */
};

/*
 * Is there a tree header at tree that can be right? Looks at its first 40 bytes only.
 * Returns 0, LETHE_E_TREE_ALIGN, LETHE_E_TREE_HEADER or LETHE_E_TREE_SIZE; *total_size on success.
 */
int lethe_fdt_probe(const void *tree, uint32_t *total_size);

/*
 * Checks the structure of a whole tree (bounds of every block and tag), then collects the facts.
 * Returns 0, what lethe_fdt_probe() returns, LETHE_E_TREE_BROKEN (also for a property of /chosen that
 * cannot be what it is called) or LETHE_E_TREE_CELLS. An empty initrd, or one with one end only, is none.
 */
int lethe_fdt_read(const void *tree, struct lethe_fdt_facts *facts, struct lethe_where *where);

/*
 * The UART that /chosen's stdout-path (or linux,stdout-path) names: aliases, options after ':'
 * ignored, reg through all `ranges`, reg-shift, reg-io-width. Known: arm,pl011, arm,sbsa-uart; ns16550,
 * ns16550a, snps,dw-apb-uart, nuvoton,npcm750-uart, nuvoton,npcm845-uart and other 8250 compatibles.
 * uart->kind is NONE when there is none, it is disabled, or it is not of a known kind. Never fails: no console is not an error.
 */
void lethe_fdt_stdout(const void *tree, struct lethe_uart *uart);

/*
 * Is [base, base + size) wholly inside the union of RAM that the tree describes? 1 or 0.
 * device_type "memory" nodes under /; several entries may cover one range together.
 * Entries out of order are followed 64 times around, which bounds what a garbled tree can cost.
 */
int lethe_fdt_memory_covers(const void *tree, uint64_t base, uint64_t size);

/* Entry index, counted over all of them, of the RAM that the tree describes. 1, or 0 when there is none. */
int lethe_fdt_memory_at(const void *tree, unsigned int index, uint64_t *base, uint64_t *size);

/* The same against the UEFI memory map: conventional, boot-services and loader memory only, and of
 * that what can be mapped write-back. map is the PA in facts, mapped; a wrong desc_size covers nothing. */
int lethe_efi_memory_covers(const void *map, uint64_t map_size, uint64_t desc_size, uint64_t base,
			    uint64_t size);

/*
 * Does [base, base + size) touch a /memreserve/ entry or a /reserved-memory node with a reg?
 * An entry of /memreserve/ wholly inside [skip, skip + skip_size) does not count (the outer blob's own).
 */
int lethe_fdt_reserved(const void *tree, uint64_t base, uint64_t size, uint64_t skip,
			uint64_t skip_size);

/* Everything the fix-up changes. */
struct lethe_fixup {
	int packed;		/* the tree came with the bundle: addresses and seeds in it are stale */
	const char *bootargs;	/* new command line, or null: leave what is there */
	uint64_t initrd_start;	/* new initrd, [start, end); both 0: keep the loader's (packed: remove) */
	uint64_t initrd_end;
	uint64_t extent;	/* the outer blob's extent: reservations wholly inside are dropped */
	uint64_t extent_size;
	uint64_t old_tree;	/* PA and size of the loader's tree: an exact (or page-rounded) */
	uint64_t old_tree_size;	/* reservation of it is dropped; 0: none */
	const uint8_t *seed;	/* 72 fresh random bytes (8 kaslr-seed, 64 rng-seed), or null: remove both */
	unsigned int reserve_count;
	struct {
		uint64_t base;
		uint64_t size;
	} reserve[LETHE_SEGMENT_MAX + 2];	/* to be added to /memreserve/ */
};

#define LETHE_SEED_KASLR	8U
#define LETHE_SEED_RNG		64U

/*
 * Copies tree into the slot and edits it there: /chosen is created when absent, bootargs, initrd, stale
 * properties (the old initrd and its reservation, old seeds, the old record), reservations. UEFI
 * properties, stdout-path and all else are kept. room is what the slot holds; the slot is 8-byte aligned
 * and shares no byte with tree. On an error the slot holds nothing of use.
 * The result is left open (totalsize = room) for lethe_record_*(); lethe_fdt_close() packs it.
 * Returns 0, what lethe_fdt_read() returns, or LETHE_E_TREE_NOSPACE.
 */
int lethe_fdt_fixup(const void *tree, void *slot, uint64_t room, const struct lethe_fixup *fixup,
		     struct lethe_where *where);

/* Packs the tree: totalsize becomes what is used. 0 or LETHE_E_TREE_BROKEN. */
int lethe_fdt_close(void *slot);

#ifdef __cplusplus
}
#endif

#endif
