/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_RELOCATE_H
#define LETHE_RELOCATE_H

/*
 * Moves pages by an indirection list, with the MMU off.
 *
 * The list is a kimage's, as Linux makes it for kexec (include/linux/kexec.h names the flags;
 * the list starts with struct kimage's `head`). An entry is 8 bytes, little-endian, 8-byte aligned: a
 * physical address, a multiple of the page size, and one flag in the bits below the page size:
 *
 *	1 IND_DESTINATION	the following pages go to this address, one after the other
 *	2 IND_INDIRECTION	the next entry is the first one of this page
 *	4 IND_DONE		the end; Linux stores it as a plain 4
 *	8 IND_SOURCE		copy this page to the destination; the destination advances by a page
 *
 * The page size is the page size of the kernel that made the list: 4, 16 or 64 KiB, a page shift of 12,
 * 14 or 16. The list does not state the size. The head is an entry, not an entry's address:
 * IND_INDIRECTION, or IND_DONE if the list is empty. With any other head no page moves either.
 * A link may follow any number of entries of its page. IND_DESTINATION entries without a source are
 * allowed. An entry's address is the entry with the low page-shift bits cleared. An entry without any
 * of these flags is skipped, as in Linux.
 *
 * This code makes no checks. The caller guarantees that the list ends, that each entry has a single
 * flag, and that a destination comes before the first source. The caller also guarantees that no
 * destination covers this code, the list, or an unread source.
 */

/*
 * The size of both routines from lethe_relocate on, bytes. They may be copied to any 4-byte aligned
 * address, for instance a control page, and run from the copy (lethe_relocate comes first). Clean the
 * copy to the PoC, and invalidate the I-side.
 */
#define LETHE_RELOCATE_SIZE 512

#ifndef __ASSEMBLER__
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * State, for both: EL1 or EL2 (E2H 0 or 1), MMU and D-cache off, data little-endian, not in
 * streaming SVE mode. No other CPU writes the pages, or maps a page cacheable. Exceptions are
 * masked, or no destination covers the vectors. Code and the 4 KiB page after it lie outside every
 * destination: with SCTLR_ELx.I = 1 a fetch may bring both into a cache.
 *
 * Every byte of the list and of the sources is at the PoC (cleaned by VA) already.
 *
 * Memory: reads the list and the sources, writes the destinations, and touches no other memory; no
 * stack. All accesses are naturally aligned. FP/SIMD registers are used unless the exception level's
 * own register (CPACR_EL1, CPTR_EL2) traps FP/SIMD; else general registers. No trap is changed. A
 * higher level that traps FP/SIMD must handle the trap.
 *
 * Caches: before the first store to a destination page, all lines of the page are cleaned and
 * invalidated by VA to the PoC (stride: CTR_EL0.DminLine). So no dirty line overwrites the new bytes,
 * and no stale line hides them. A page that is its own source is not copied, but maintained likewise.
 *
 * Memory outside the list is not maintained: with IND_DONE as the head, the payload lies in place, and
 * must already be at the PoC.
 */

/*
 * Walks the list and returns, after DSB SY has completed all stores.
 *
 * head: the head entry. page_shift: 12, 14 or 16. Callable from C: no callee-saved register is
 * touched, of FP/SIMD only v16 to v31.
 */
void lethe_relocate_list(uint64_t head, uint64_t page_shift);

/*
 * Walks the list, invalidates the I-side of this CPU, and branches to entry with x0 = tree and
 * x1 = x2 = x3 = 0. Does not return.
 *
 * head, page_shift: as above. entry: PA, 4-byte aligned. tree: PA of the device tree, or any
 * other value for the payload's x0. DAIF and all system registers stay as they are.
 */
void lethe_relocate(uint64_t head, uint64_t entry, uint64_t tree, uint64_t page_shift)
	__attribute__((noreturn));
#endif

#ifdef __cplusplus
}
#endif

#endif
