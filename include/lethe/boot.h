/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_BOOT_H
#define LETHE_BOOT_H

/*
 * The library door: from a loader written in C, linked with liblethe.a, to its payload.
 *
 * What the caller has to have done:
 * - All other CPUs are parked where no destination is, or off, and store nothing that matters here. All
 *   DMA that could reach the workspace, a source or a destination has ended.
 * - The plan is sealed (lethe/plan_build.h) and physically contiguous. It counts nothing from an Image:
 *   all addresses are physical, extent_size is 0. With an indirection list its windows hold everything
 *   that the list names.
 * - The workspace is RAM that is the caller's: outside every destination, and not the caller's own text,
 *   data, stack, tables or vectors, for Lethe stores to it from the first check on.
 * - With the MMU on, the workspace, the plan and the pages of the list are mapped at their own addresses,
 *   as Normal memory; the workspace for writing and, at the current exception level, for execution as
 *   well. All of this is asked with AT but the last, which AT cannot tell: where the workspace may not be
 *   executed the caller's vectors get an instruction abort. SCTLR_ELx.WXN does not count.
 *
 * - With the policy LETHE_ON_FAIL_RETURN the sources are read as well, and have to be mapped likewise.
 *
 * Anything else may be a destination: the caller's text, data, stack and tables, the plan, the list's
 * own pages when it says nothing of them (those that it names are refused). Attributes of the caller's
 * mapping do not matter: plan and list are read as the caller itself would read them, and all else that
 * is read or stored Lethe maintains first, whatever the caches hold.
 *
 * EL1 or EL2 (E2H 0 or 1), AArch64, little-endian; MMU, caches, interrupts on or off; stack: 1 KiB below
 * sp. General registers only: no FP/SIMD register is touched. A hyp stub below an EL1 caller is left for
 * EL2 only when the plan states its generation.
 */

#include <stdint.h>

#include <lethe/plan.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Bytes of workspace that a plan of plan_size bytes (its total_size) wants, and a list of so many entries
 * (0: none) in pages of 1 << page_shift bytes: Lethe itself, its stack and tables, and copies of both. A
 * multiple of 4 KiB.
 */
uint64_t lethe_boot_workspace(uint64_t plan_size, uint64_t list_entries, unsigned int page_shift);

/*
 * Judges all that can be judged while the caller is still there, and comes back: the check stage. Stores
 * to the workspace only.
 *
 * plan		PA, the caller's, not written
 * workspace	PA, plan->workspace_base
 * where	what was wrong, written on error only; may be null
 *
 * DAIF, FP/SIMD state, system registers, caches but for maintenance by VA: as they were.
 *
 * Returns 0 or what is met first:
 *	LETHE_E_EL3		neither at EL1 nor at EL2
 *	LETHE_E_CALLER_MAP	plan, workspace, list page or, with the policy RETURN, source ("plan",
 *				"workspace", the entry, the segment) not mapped by the caller as it has to
 *				be; the value is the first such address
 *	LETHE_E_PLAN_*, LETHE_E_SEGMENT_*, LETHE_E_WINDOW	of lethe_plan_check()
 *	LETHE_E_PLAN_UNSUPPORTED	an extent, more than one slot, fallback
 *	LETHE_E_PLAN_WORKSPACE	not the plan's, over the plan or the caller's stack, or too small: then
 *				the value is what it would take
 *	LETHE_E_SOURCE_*, LETHE_E_DEST_*, LETHE_E_INITRD_WINDOW	of lethe_place()
 *	LETHE_E_LIST_*, LETHE_E_DEST_*, LETHE_E_SOURCE_LETHE	of lethe_kimage_check(), of which
 *				DEST_OVERLAP and DEST_SOURCE are also about plain segments and the tree's
 *				slot: the list's pages move first
 *	LETHE_E_LIST_SHORT	a segment that the list has to bring has bytes that it does not store
 *	LETHE_E_DIGEST		with the policy RETURN: of a segment at its source. One whose pages do not
 *				ascend in the list is first looked at in its place, later
 */
int lethe_boot_check(const struct lethe_plan *plan, void *workspace, struct lethe_where *where);

/*
 * lethe_boot_check(), and then no way back: copies blob, plan and list into the workspace, masks DAIF,
 * leaves the caller's map and goes on in the workspace, on a stack there. Does not return when the checks
 * passed: what is found later follows the plan's on_fail, and LETHE_ON_FAIL_RETURN is a halt then (what
 * is left to find is what the tree says, and damage done on the way).
 * Otherwise a negative status, of which lethe_boot_check() says more.
 */
int lethe_boot(const struct lethe_plan *plan, void *workspace);

#ifdef __cplusplus
}
#endif

#endif
