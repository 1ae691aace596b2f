/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HYP_PROGRAM_H
#define HYP_PROGRAM_H

/* The words that test_hyp.py writes behind the program's header; test/qemu/harness/hypervisor.py
 * has the same names. */
#define FLAG_4_7             0 /* the stub's numbers are Linux 4.7's, not 4.12's */
#define FLAG_KVM             1 /* a hypervisor in the stub's place, MMU and caches on at EL2 */
#define FLAG_REFUSES         2 /* every call: 0xbadca11 */
#define FLAG_REFUSES_RESTART 3 /* that one alone */
#define FLAG_RETURNS         4 /* SOFT_RESTART says 0 and comes back */
#define FLAG_BOUNCES         5 /* SOFT_RESTART goes to the given address, at EL1 */
#define FLAG_HCD             6 /* HVC is undefined */
#define FLAG_STAYS           7 /* the caller is at EL2 */
#define FLAG_EL1_MMU         8 /* the caller's MMU and caches are on */

#define UART 0x09000000

#ifndef __ASSEMBLER__
#include <stdint.h>

struct table {
	uint64_t flags;
	uint64_t hyp_stub, el, mode; /* the plan's */
	uint64_t payload, size, dest, mem_size;
	uint64_t workspace;
	uint64_t bundle; /* not 0: the Image door, this is entered */
	uint64_t x[4];
};
#endif
#endif
