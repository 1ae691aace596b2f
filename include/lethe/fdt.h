/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FDT_H
#define LETHE_FDT_H

/*
 * The device tree, in three steps: read it (nothing is written), fix up a copy of it, and write the record into the
 * copy (lethe/record.h). "tree" arguments are 8-byte aligned flattened trees that are mapped and readable for their
 * totalsize. Any EL, MMU on or off, naturally aligned accesses only, no allocation, no recursion.
 */

#include <stdbool.h>
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
	uint32_t is_sbsa;		/* a PL011 that has the generic UART's registers only (SBSA, B) */
	uint64_t base;			/* PA as a CPU sees it, through every `ranges` */
};

/* What lethe_fdt_read() collects. Strings point into the tree. */
struct lethe_fdt_facts {
	uint32_t total_size;		/* header totalsize */
	uint32_t used_size;		/* bytes of it without slack and gaps */
	uint32_t structure_size;	/* of the structure block, FDT_END included */
	const char *bootargs;		/* or null */
	bool has_initrd;
	uint64_t initrd_start;		/* PA, only when has_initrd */
	uint64_t initrd_end;		/* exclusive; not checked to be above initrd_start */
	enum lethe_psci psci;		/* NONE, SMC or HVC */
	unsigned int cpu_count;		/* CPUs that can be started: device_type cpu, status not "fail..." */
	bool has_gic_v3;			/* a node compatible with arm,gic-v3 or arm,gic-v5 */
	bool has_memory;			/* any device_type memory node with a non-empty reg */
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
 * Checks the header of a tree. Reads its first 40 bytes only.
 * Return: 0, and *total_size
 *         LETHE_E_TREE_ALIGN    tree is not 8-byte aligned
 *         LETHE_E_TREE_HEADER   there is no header, its version is not 16 or 17, or a block lies outside the tree
 *         LETHE_E_TREE_SIZE     totalsize is above LETHE_FDT_MAX
 */
int lethe_fdt_probe(const void *tree, uint32_t *total_size);

/*
 * Checks a whole tree (bounds of every block and tag), then collects the facts. An initrd that is empty, or of which
 * the tree has one end only, is none.
 * Return: 0, and *facts; else what lethe_fdt_probe() returns, or
 *         LETHE_E_TREE_BROKEN   a block or tag is damaged, or a property of /chosen is not what its name promises
 *         LETHE_E_TREE_CELLS    an address or size does not fit 64 bits, or wraps
 */
int lethe_fdt_read(const void *tree, struct lethe_fdt_facts *facts, struct lethe_where *where);

/*
 * Finds the UART that /chosen's stdout-path (or linux,stdout-path) names: through aliases, without the options after
 * ':', its reg translated by all `ranges`, with reg-shift and reg-io-width. Known: arm,pl011, arm,sbsa-uart; ns16550,
 * ns16550a, snps,dw-apb-uart, nuvoton,npcm750-uart, nuvoton,npcm845-uart and other 8250 compatibles.
 * uart->kind is NONE if there is none, it is disabled, of another kind, or the tree is damaged. Having no console is
 * no error.
 */
void lethe_fdt_stdout(const void *tree, struct lethe_uart *uart);

/*
 * True if [base, base + size) is wholly inside the union of RAM that the tree describes: device_type "memory" nodes
 * under /. Several entries may cover one range together. Entries out of order are followed 64 times around, which
 * bounds what a garbled tree can cost. A damaged tree covers nothing.
 */
bool lethe_fdt_memory_covers(const void *tree, uint64_t base, uint64_t size);

/* Finds entry index of the RAM in a tree that was read, counted over all memory nodes. False if there are fewer. */
bool lethe_fdt_memory_at(const void *tree, unsigned int index, uint64_t *base, uint64_t *size);

/*
 * As lethe_fdt_memory_covers(), for the UEFI memory map: conventional, boot-services and loader memory only, and of
 * that what can be mapped write-back. map is at the PA in the facts, and mapped. With a wrong desc_size it covers
 * nothing.
 */
bool lethe_efi_memory_covers(const void *map, uint64_t map_size, uint64_t desc_size, uint64_t base,
			     uint64_t size);

/*
 * True if [base, base + size) touches a /memreserve/ entry or a /reserved-memory node with a reg, or if the tree is
 * damaged. An entry of /memreserve/ wholly inside [skip, skip + skip_size) does not count (the outer blob's own).
 */
bool lethe_fdt_reserved(const void *tree, uint64_t base, uint64_t size, uint64_t skip, uint64_t skip_size);

/* Everything the fix-up changes. */
struct lethe_fixup {
	bool packed;		/* the tree came with the bundle: addresses and seeds in it are stale */
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
 * Copies tree into a buffer and edits it there; fdt_fixup.c begins with a list of the edits. UEFI properties,
 * stdout-path and all else are kept. size is what the buffer holds (of more than LETHE_FDT_MAX the rest is unused); it
 * is 8-byte aligned and shares no byte with tree. On an error the buffer holds nothing of use.
 * The result is left open (totalsize = size) for lethe_record_write(); lethe_fdt_close() packs it.
 * Return: 0; else what lethe_fdt_read() returns, or
 *         LETHE_E_TREE_ALIGN    the buffer is not 8-byte aligned
 *         LETHE_E_TREE_NOSPACE  the edited tree does not fit
 *         LETHE_E_INTERNAL      fixup->reserve_count is above the array's size
 */
int lethe_fdt_fixup(const void *tree, void *buffer, uint64_t size, const struct lethe_fixup *fixup,
		    struct lethe_where *where);

/*
 * Packs an open tree: totalsize becomes what is used.
 * Return: 0
 *         LETHE_E_TREE_BROKEN   buffer holds no open tree
 */
int lethe_fdt_close(void *buffer);

#ifdef __cplusplus
}
#endif

#endif
