/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_BOOT_H
#define LETHE_BOOT_H

/*
 * The library door: a loader in C, linked with liblethe.a, starts its payload.
 *
 * The caller guarantees:
 * - All other CPUs are off, or parked outside every destination, and store nothing here that matters. All
 *   DMA that could reach the workspace, a source or a destination has ended.
 * - The plan is sealed (lethe/plan_build.h) and physically contiguous. All its addresses are physical, and
 *   extent_size is 0. With an indirection list, its windows contain every address of the list.
 * - The workspace is RAM that the caller owns, outside every destination. The caller's text, data, stack,
 *   tables and vectors lie elsewhere, because Lethe stores to the workspace from the first check on.
 * - With the MMU on, the workspace, the plan and the pages of the list are mapped at their own addresses, as
 *   Normal memory. The workspace is writable, and executable at the current exception level. Lethe tests
 *   these mappings with AT, except for execution, which AT cannot test: if the workspace is not executable,
 *   the caller's vectors get an instruction abort. SCTLR_ELx.WXN does not count.
 * - With the policy LETHE_ON_FAIL_RETURN, the sources are mapped likewise, because Lethe reads them too; or the caller
 *   shows them through a struct lethe_reader.
 *
 * All other memory may be a destination: the caller's text, data, stack and tables, the plan, and the pages of
 * the list. Only the list's own entries may not store to a list page. The memory attributes of the caller's
 * mapping do not matter: Lethe reads plan and list through that mapping, and maintains all other memory before
 * each access, whatever the caches hold.
 *
 * LETHE_PLAN_COHERENT in the plan's flags is one more promise, and saves the maintenance of each source that is
 * copied: the MMU and the D-cache of this CPU are on, and a load through Normal Inner Shareable Write-Back memory
 * finds the newest bytes of every source. Dirty lines may lie over sources, stale lines may not. So all stores to
 * sources went through such mappings, or their makers (a device's DMA, a Non-cacheable mapping) have maintained
 * the lines since. Lethe then reads the sources through the caches; their dirty lines stay, as in all of RAM that
 * the payload has not asked for. If the boot turns out to be uncached after all, the sources are cleaned as without
 * the flag.
 *
 * LETHE_PLAN_SMP lends the caller's CPUs to the digest. Each CPU of the tree that firmware (PSCI 0.2 or newer) calls
 * off is started, works on chunks (lethe_plan_chunk()), and is off again before the payload starts. So no CPU may be
 * off that the caller still needs, or whose CPU_ON it has begun.
 *
 * EL1 or EL2 (E2H 0 or 1), AArch64, little-endian; MMU, caches, interrupts on or off; stack: 1 KiB below
 * sp. General registers only: no FP/SIMD register is touched. From EL1, Lethe goes up to EL2 through a hyp
 * stub only if the plan states the stub's generation.
 */

#include <stdint.h>

#include <lethe/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The workspace in bytes, a multiple of 4 KiB: Lethe with stack and tables, and copies of plan and list.
 *
 * plan_size	the plan's total_size, bytes
 * list_entries	entries of the indirection list; 0: no list
 * page_shift	a page of the list has 1 << page_shift bytes
 */
uint64_t lethe_boot_workspace(uint64_t plan_size, uint64_t list_entries, unsigned int page_shift);

/*
 * The check stage: validates all that can be validated while the caller still exists, and returns. Stores
 * to the workspace only.
 *
 * plan		PA, the caller's, not written
 * workspace	PA, plan->workspace_base
 * where	the place of the error, and nothing (all zero) if there is none; may be null
 *
 * Unchanged: DAIF, FP/SIMD state, system registers, and caches except for maintenance by VA.
 *
 * Returns 0 or the first error:
 *	LETHE_E_EL3		neither at EL1 nor at EL2
 *	LETHE_E_CALLER_MAP	the caller does not map the plan, the workspace, a list page or, with the
 *				policy RETURN, a source as required above. where names "plan", "workspace",
 *				the entry or the segment; the value is the first unmapped address
 *	LETHE_E_PLAN_*, LETHE_E_SEGMENT_*, LETHE_E_WINDOW	of lethe_plan_check()
 *	LETHE_E_PLAN_UNSUPPORTED	an extent, more than one slot, fallback; COHERENT with the caller's MMU or
 *				D-cache off (the value is the caller's SCTLR_ELx)
 *	LETHE_E_PLAN_WORKSPACE	not the plan's, over the plan or the caller's stack, or too small (the
 *				value is the size required)
 *	LETHE_E_SOURCE_*, LETHE_E_DEST_*, LETHE_E_INITRD_WINDOW	of lethe_place()
 *	LETHE_E_LIST_*, LETHE_E_DEST_*, LETHE_E_SOURCE_LETHE	of lethe_kimage_check(). DEST_OVERLAP and
 *				DEST_SOURCE also cover plain segments and the tree buffer, because the
 *				list's pages move first
 *	LETHE_E_LIST_SHORT	the list does not supply every byte of a SOURCE_LIST segment
 *	LETHE_E_DIGEST		with the policy RETURN: of a segment at its source. A segment whose pages do
 *				not ascend in the list is hashed later, at its destination
 */
int lethe_boot_check(const struct lethe_plan *plan, void *workspace, struct lethe_where *where);

/*
 * Shows memory to Lethe where the caller's map does not hold it at its own address: the sources, which only the policy
 * LETHE_ON_FAIL_RETURN reads before the caller is gone.
 */
struct lethe_reader {
	/*
	 * Where the caller sees [pa, pa + bytes), which lies in one page of 4 KiB: Normal memory, readable, good until the
	 * next call. Null: nowhere. No Lethe function may be called from here.
	 */
	const void *(*at)(void *context, uint64_t pa, uint64_t bytes);
	void *context;
};

/* lethe_boot_check(), with the sources by a reader; null: at their own addresses. */
int lethe_boot_check_by(const struct lethe_plan *plan, void *workspace, const struct lethe_reader *reader,
			struct lethe_where *where);

/*
 * Prints a refusal in the words of Lethe's own console, without an end of line:
 *	segment 1 "initrd": digest does not match (LETHE_E_DIGEST) at 0x20000
 *
 * status	of any function of the library
 * where	as that function left it; null, or all zero, if it has no such argument
 * put		called with the pieces of the text in turn; each is good until put returns
 *
 * Any EL, any state that put() can do with; general registers only.
 */
void lethe_boot_error(int status, const struct lethe_where *where, void (*put)(const char *text));

/*
 * Calls lethe_boot_check(). If the checks pass, does not return: copies blob, plan and list into the
 * workspace, masks DAIF, leaves the caller's map and continues in the workspace, on a stack there. Errors
 * found later come from the device tree, or from damage on the way. They follow the plan's on_fail, with
 * LETHE_ON_FAIL_RETURN as a halt.
 * If a check fails: a negative status; lethe_boot_check() lists them, and reports the place as well.
 */
int lethe_boot(const struct lethe_plan *plan, void *workspace);

/* lethe_boot() by a reader, null for none; where: as of lethe_boot_check(). */
int lethe_boot_by(const struct lethe_plan *plan, void *workspace, const struct lethe_reader *reader,
		  struct lethe_where *where);

#ifdef __cplusplus
}
#endif

#endif
