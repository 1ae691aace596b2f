/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FDT_H
#define LETHE_FDT_H

/*
 * The device tree, in three steps: read the tree without a store, fix up a copy, and write the record into the
 * copy (lethe/record.h). A "tree" argument is a flattened tree, aligned to 4 bytes (a FIT image may leave one at 4 mod
 * 8), mapped and readable for its totalsize. Any EL, MMU on or off, naturally aligned accesses only, no allocation, no recursion.
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
	bool is_sbsa;			/* a PL011 without a control register (SBSA, B), or whose own is left alone */
	uint64_t base;			/* PA as a CPU sees it, through every `ranges` */
};

/* A tree that has passed the whole-tree check. Null: no tree. */
struct lethe_fdt {
	const void *dtb;
};

/*
 * The facts that lethe_fdt_read() collects. Strings point into the tree. Offsets are of tags in the structure block, as
 * in libfdt; a negative one is a node that is absent.
 */
struct lethe_fdt_facts {
	struct lethe_fdt tree;
	int chosen;			/* /chosen */
	int cpus;			/* /cpus */
	int reserved_memory;		/* /reserved-memory */
	int first_memory;		/* the root's subnodes of device_type memory lie from the one */
	int last_memory;		/* to the other */
	int first_child;		/* behind the root's properties */
	uint32_t total_size;		/* header totalsize */
	uint32_t used_size;		/* bytes of the tree without slack and gaps */
	uint32_t structure_size;	/* of the structure block, FDT_END included */
	const char *bootargs;		/* or null */
	bool has_initrd;
	uint64_t initrd_start;		/* PA, only when has_initrd */
	uint64_t initrd_end;		/* exclusive; not checked to be above initrd_start */
	enum lethe_psci psci;		/* NONE, SMC or HVC */
	bool has_psci_0_2;		/* PSCI 0.2 or later: function numbers are the standard's */
	unsigned int cpu_count;		/* CPUs that can be started: device_type cpu, status not "fail..." */
	bool has_gic_v3;			/* a node compatible with arm,gic-v3 or arm,gic-v5 */
	bool has_memory;			/* any device_type memory node with a non-empty reg */
	int usable_count;		/* linux,usable-memory-range entries, 0 .. 2 */
	uint64_t usable_base[2];
	uint64_t usable_size[2];
	uint64_t efi_mmap;		/* linux,uefi-mmap-start, PA; 0 if one of the four is absent */
	uint32_t efi_mmap_size;
	uint32_t efi_desc_size;
	uint64_t efi_system_table;	/* linux,uefi-system-table, PA; 0 if absent */
	uint32_t boot_count;		/* /chosen/lethe boot-count, 0 if absent */
	int initrd_status;		/* not 0: the property initrd_name is at fault, and has_initrd is false */
	const char *initrd_name;
	uint64_t elfcorehdr;		/* linux,elfcorehdr, PA; size 0 if absent or of a wrong length */
	uint64_t elfcorehdr_size;
	bool has_kho;			/* linux,kho-scratch: memory beyond the scratch areas holds kept pages */
	uint64_t kho_scratch;		/* PA of the array of areas, pairs of 64 bits (start, size) */
	uint64_t kho_scratch_size;	/* bytes of the array */
	const void *own;		/* /chosen/lethe reserved: entries of /memreserve/ that an earlier */
	uint32_t own_count;		/* Lethe made, in the form of /memreserve/ */
};

#define LETHE_FDT_OWN_MAX	(LETHE_SEGMENT_MAX + 2U)
#define LETHE_EFI_MAP_MAX	0x100000U	/* bytes of a UEFI map: 21,845 descriptors; servers have hundreds */

/*
 * Checks the header of a tree. Reads its first 40 bytes only.
 * Return: 0, and *total_size
 *         LETHE_E_TREE_ALIGN    tree is not 8-byte aligned
 *         LETHE_E_TREE_HEADER   no header, a version other than 16 and 17, or a block outside the tree
 *         LETHE_E_TREE_SIZE     totalsize is above LETHE_FDT_MAX
 */
int lethe_fdt_probe(const void *tree, uint32_t *total_size);

/*
 * Checks a whole tree (bounds of every block and tag), then collects the facts. An initrd does not count if it is
 * empty, if the tree states only one of its ends, or if an end is at fault (initrd_status). bootargs without a NUL
 * do not count, as Linux copies them itself.
 * Return: 0; else what lethe_fdt_probe() returns, or
 *         LETHE_E_TREE_BROKEN   a block or tag is damaged; or the property that *where names has a wrong length
 *         LETHE_E_TREE_CELLS    the property that *where names does not fit 64 bits, or wraps
 * If only properties are at fault, all other facts are there, and total_size is not 0. Else *facts is zero.
 */
int lethe_fdt_read(const void *tree, struct lethe_fdt_facts *facts, struct lethe_where *where);

/*
 * Finds the UART of /chosen's stdout-path (or linux,stdout-path). Follows aliases, ignores the options after ':',
 * translates reg by all `ranges`, and reads reg-shift and reg-io-width. Known are the kinds of enum lethe_console_kind;
 * docs/use/limits.md ("Consoles") lists the hardware. As for Linux's early console, a UART or bus counts although it
 * is "disabled": stdout-path says that somebody listens there.
 * uart->kind is NONE if the UART is absent, "fail", "fail-..." or "reserved", of an unknown kind, or within the last
 * 4 KiB of the address space, or if the tree is damaged. A missing console is no error.
 */
void lethe_fdt_stdout(const void *tree, struct lethe_uart *uart);

/*
 * True if [base, base + size) is wholly inside the RAM of the tree: the union of the device_type "memory" nodes
 * under /. Several entries may cover one range together. Unsorted entries are searched up to 64 times, which bounds
 * the cost of a garbled tree. A damaged tree covers no memory.
 */
bool lethe_fdt_memory_covers(const void *tree, uint64_t base, uint64_t size);

/* Finds RAM entry number index of a tree that was read, counted over all memory nodes. False if the tree has fewer. */
bool lethe_fdt_memory_at(const void *tree, unsigned int index, uint64_t *base, uint64_t *size);

/*
 * As lethe_fdt_memory_covers(), for the UEFI memory map: conventional, boot-services and loader memory, if it can be
 * mapped write-back. map is at the PA in the facts, and mapped. With a wrong desc_size the map covers no memory.
 */
bool lethe_efi_memory_covers(const void *map, uint64_t map_size, uint64_t desc_size, uint64_t base,
			     uint64_t size);

/*
 * True if [base, base + size) touches a /memreserve/ entry or a /reserved-memory node with a reg, or if the tree is
 * damaged. An entry of /memreserve/ wholly inside [skip, skip + skip_size) does not count (the outer blob's own).
 */
bool lethe_fdt_reserved(const void *tree, uint64_t base, uint64_t size, uint64_t skip, uint64_t skip_size);

/* All changes of a fix-up. */
struct lethe_fixup {
	bool packed;		/* the tree came with the bundle: its addresses and seeds are stale */
	const char *bootargs;	/* new command line, or null: leave the old one */
	uint64_t initrd_start;	/* new initrd, [start, end); both 0: leave the loader's (packed: remove) */
	uint64_t initrd_end;
	uint64_t extent;	/* the outer blob's extent: reservations wholly inside are dropped */
	uint64_t extent_size;
	uint64_t old_tree;	/* PA and size of the loader's tree: a reservation for it, exact or */
	uint64_t old_tree_size;	/* rounded to pages, is dropped; size 0: no such tree */
	const uint8_t *seed;	/* 72 fresh random bytes (8 kaslr-seed, 64 rng-seed), or null: remove both */
	unsigned int reserve_count;
	struct {
		uint64_t base;
		uint64_t size;
	} reserve[LETHE_SEGMENT_MAX + 3];	/* to be added to /memreserve/ */
};

#define LETHE_SEED_KASLR	8U
#define LETHE_SEED_RNG		64U

/*
 * Copies tree into a buffer and edits the copy; fdt_fixup.c begins with a list of the edits. UEFI properties,
 * stdout-path and all others stay. The buffer has size bytes, of which at most LETHE_FDT_MAX are used, is 8-byte
 * aligned, and shares no byte with tree. After an error the contents of the buffer are undefined.
 * The result stays open (totalsize = size) for lethe_record_write(); lethe_fdt_close() packs the tree.
 * Return: 0; else what lethe_fdt_read() returns, or
 *         LETHE_E_TREE_ALIGN    the buffer is not 8-byte aligned
 *         LETHE_E_TREE_NOSPACE  the edited tree does not fit
 *         LETHE_E_INTERNAL      fixup->reserve_count is above the array's size
 */
int lethe_fdt_fixup(const void *tree, void *buffer, uint64_t size, const struct lethe_fixup *fixup,
		    struct lethe_where *where);

/*
 * Packs an open tree: totalsize becomes the bytes in use.
 * Return: 0
 *         LETHE_E_TREE_BROKEN   buffer holds no open tree
 */
int lethe_fdt_close(void *buffer);

#ifdef __cplusplus
}
#endif

#endif
