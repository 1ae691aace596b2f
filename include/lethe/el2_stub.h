/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_EL2_STUB_H
#define LETHE_EL2_STUB_H

/*
 * A hyp stub at EL2, for a program that goes down to EL1, rewrites memory there, its own too, and starts the next
 * kernel at EL2. A kernel that resumes from hibernation does that.
 *
 * The stub is one page. It uses no stack, no table and no memory but that page, and is alive as long as nobody stores
 * to it: one of the safe pages, outside all that is overwritten.
 *
 * The calls are those of Linux's hyp stub since 4.12 (Documentation/virt/kvm/arm/hyp-abi.rst). From EL1, `hvc #0` with
 *
 *	x0 = 0 SET_VECTORS	VBAR_EL2 = x1, PA, a multiple of 2 KiB, code at the PoC. Returns x0 = 0. From then on
 *				these vectors take the calls. They may hand one to the stub: all registers as the
 *				call left them, then a branch to page + LETHE_EL2_STUB_CALL
 *	x0 = 1 SOFT_RESTART	continues at x1, PA, 4-byte aligned, at EL2, with x0 = x2, x1 = x3, x2 = x4. Does not
 *				return. Nothing but addresses is taken from x1 to x4, and none is checked
 *	x0 = 2 RESET_VECTORS	VBAR_EL2 = page again. Returns x0 = 0
 *	any other		returns x0 = LETHE_EL2_STUB_UNKNOWN
 *
 * A call that returns changes x0 and nothing else that EL1 can see.
 *
 * SOFT_RESTART: the caller has all that the next kernel needs at the PoC (lethe/cache.h, or DC CIVAC itself), has
 * completed that with DSB SY, and is not in streaming SVE mode. For a kernel pass x2 = its device tree, x3 = x4 = 0.
 * At x1 is EL2h, D A I F masked, SCTLR_EL2 its known value with M, C and I = 0, HCR_EL2 RW alone (and E2H as it was),
 * VBAR_EL2 the stub, x3 = 0. Of EL2's other registers each is as lethe_el2_stub_prepare() left it: nothing is trapped.
 * All TLB entries of this CPU and all instruction caches are invalidated. The contents of x4 and above, and EL1's
 * registers, are of no meaning.
 *
 * Another exception that comes to EL2 is no call. A trapped instruction (with HCR_EL2.TSC, an SMC) is undefined to EL1,
 * which takes that at its own vector with ESR_EL1.EC = 0. All else, and every exception of the stub's own level, ends
 * in WFI with DAIF masked, x0 = LETHE_E_FAULT and x1 = ESR_EL2, as in lethe_halt().
 */

#define LETHE_EL2_STUB_SIZE  4096   /* bytes of the page, and its alignment */
#define LETHE_EL2_STUB_CALL  0x400  /* byte offset into the page: the vector for EL1's synchronous exceptions */

/* x0 of a call, and x0 after one that the stub does not know. */
#define LETHE_EL2_STUB_SET_VECTORS   0
#define LETHE_EL2_STUB_SOFT_RESTART  1
#define LETHE_EL2_STUB_RESET_VECTORS 2
#define LETHE_EL2_STUB_UNKNOWN	     (0xbad << 16 | 0xca11)

#ifndef __ASSEMBLER__

#include <stdbool.h>

#include <lethe/handoff.h>
#include <lethe/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Copies the stub into a page, and makes it this CPU's vectors at EL2.
 *
 * page		PA, 4 KiB aligned, LETHE_EL2_STUB_SIZE bytes of RAM; the stub's from now on. With the MMU on, mapped
 *		at its own address as Normal memory, writable. What it held before is lost, in caches too
 *
 * The page is at the PoC afterwards, and the I-side of this CPU holds nothing older. EL2, E2H 0 or 1, MMU and caches on
 * or off; stack 64 bytes. The caller's own vectors are gone: its DAIF is masked.
 *
 * Returns 0, or with nothing written
 *	LETHE_E_CALLER_EL	not at EL2
 *	LETHE_E_CALLER_PAGE	page is not a multiple of 4 KiB
 */
int lethe_el2_stub_install(void *page);

/*
 * Prepares EL2 for code at EL1 that calls the stub, and later for a kernel at EL2: lethe_el2_prepare(), and in *handoff
 * hcr (HVC is no undefined instruction, as it is to a payload of Lethe's at EL1), sctlr and to_el1. Set the other
 * fields and call lethe_handoff(), which does not return: the code at EL1 starts with the MMU off.
 *
 * gic_v3	the interrupt controller is a GICv3 or later (struct lethe_fdt_facts has it)
 *
 * EL2 only; E2H stays as HCR_EL2 has it. Call lethe_el2_stub_install() before: until then a call from EL1 is the old
 * vectors'.
 */
void lethe_el2_stub_prepare(bool gic_v3, struct lethe_handoff *handoff);

#ifdef __cplusplus
}
#endif

#endif

#endif
