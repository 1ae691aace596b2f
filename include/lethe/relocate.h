/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_RELOCATE_H
#define LETHE_RELOCATE_H

/*
 * Moves pages by an indirection list, with the MMU off.
 *
 * The list is a kimage's, as Linux makes it for kexec (include/linux/kexec.h names the flags;
 * struct kimage's `head` is where it starts). An entry is 8 bytes, little-endian, 8-byte aligned: a
 * physical address, a multiple of the page size, and one flag in the bits below that:
 *
 *	1 IND_DESTINATION	pages go here from now on, one behind the other
 *	2 IND_INDIRECTION	the next entry is the first one of this page
 *	4 IND_DONE		the end; Linux stores it as a plain 4
 *	8 IND_SOURCE		copy this page to the destination, which then moves on by a page
 *
 * A page is what the kernel that made the list calls a page: 4, 16 or 64 KiB, a page shift of 12,
 * 14 or 16. The list does not say which. The head is an entry itself, not the address of one:
 * IND_INDIRECTION, or IND_DONE at once when there is nothing to move; any other moves nothing, too.
 * Any number of entries may stand before a page's link, and any number of IND_DESTINATION entries
 * without a source behind them. An entry's address is the entry with the low page-shift bits
 * cleared. An entry without any of these flags is skipped, as Linux does.
 *
 * Nothing is checked here. Whoever calls has made sure that the list ends, that an entry has one
 * flag, that a destination comes before the first source, and that no destination covers this code,
 * the list, or a source that is still to be read.
 */

/*
 * Bytes from lethe_relocate on that hold both routines: they may be copied to any 4-byte aligned
 * address, a control page for instance, and run there (lethe_relocate first; clean the copy to the
 * PoC, invalidate the I-side).
 */
#define LETHE_RELOCATE_SIZE 512

#ifndef __ASSEMBLER__
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * State, for both: EL1 or EL2 (E2H 0 or 1), MMU and D-cache off, data little-endian, not in
 * streaming SVE mode, no other CPU that writes the pages or has them mapped cacheable. Exceptions
 * masked, or vectors that no destination covers. Code and the 4 KiB page after it lie outside every
 * destination: with SCTLR_ELx.I = 1 a fetch may bring both into a cache.
 *
 * Every byte of the list and of the sources is at the PoC (cleaned by VA) already.
 *
 * Memory: reads the list and the sources, writes the destinations, nothing else; no stack. All
 * accesses are naturally aligned. They are made with FP/SIMD registers when the exception level's
 * own register (CPACR_EL1, CPTR_EL2) does not trap these, with general registers otherwise; no trap
 * is changed. What a higher level traps of FP/SIMD it has to handle.
 *
 * Caches: before the first store to a destination page all its lines are cleaned and invalidated by
 * VA to the PoC (stride: CTR_EL0.DminLine), so that no dirty line lands on what is stored, and no
 * stale one shadows it. A page whose source is the destination is not copied, but gets the same.
 *
 * What the list does not name is not maintained: when it is IND_DONE at once the payload lies in
 * place, and has to be at the PoC before.
 */

/*
 * Walks, and returns. Then DSB SY has completed all stores.
 *
 * head: the head entry. page_shift: 12, 14 or 16. Callable from C: no callee-saved register is
 * touched, of FP/SIMD only v16 to v31.
 */
void lethe_relocate_list(uint64_t head, uint64_t page_shift);

/*
 * Walks, invalidates the I-side of this CPU, and branches to entry with x0 = tree and
 * x1 = x2 = x3 = 0. Does not return.
 *
 * head, page_shift: as above. entry: PA, 4-byte aligned. tree: PA of the device tree, or whatever
 * the payload wants in x0. DAIF and all system registers stay as they are.
 */
void lethe_relocate(uint64_t head, uint64_t entry, uint64_t tree, uint64_t page_shift)
	__attribute__((noreturn));
#endif

#ifdef __cplusplus
}
#endif

#endif
