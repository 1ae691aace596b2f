/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way of a CPU that helps: from firmware to C, and back to firmware.
 *
 * Why assembly: no stack, no vectors, no known system register at the entry; no stack behind the last clean.
 */
#include "cpu/asm.h"
#include "cpu/mmu_regs.h"
#include "smp/worker.h"

#define PSCI_CPU_OFF (0x84 << 24 | 2)	/* DEN0022, 5.1.3 */

/*
 * void lethe_worker_entry(uint64_t state);
 *
 * Firmware enters here after CPU_ON. PSCI promises M, C and EE = 0 in SCTLR_ELx (DEN0022, 6.4.3), which is written
 * whole with M. Of no other register a value is relied on. The level is compared: at another one the map is of no use. An
 * exception of this CPU ends in lethe_halt, without a store, because TPIDR_ELx is not 0: the boss sees a CPU that does
 * not come back.
 *
 * In        x0 = PA of state in the worker's struct lethe_worker
 * Out       does not return: CPU_OFF; lethe_halt if firmware refuses
 * Clobbers  everything
 * State     EL1 or EL2; MMU off; lethe_worker_orders, lethe_memory_map_regs and the code are at the PoC
 * Stack     the worker's own, while its MMU is on
 */
FUNC lethe_worker_entry
	msr	daifset, #15			// no stack, no vectors yet; interrupts are nobody's
	msr	spsel, #1			// SP is SP_ELx, as lethe_vectors expect
	mov	x19, x0
	adr_l	x20, lethe_worker_orders
	ldp	w2, w21, [x20, #LETHE_ORDERS_LEVEL] // and leave; from memory, the MMU is off
	mrs	x3, CurrentEL
	cmp	w2, w3
	b.ne	.Lother_level
	adr_l	x1, lethe_vectors
	adr_l	x0, lethe_memory_map_regs	// the boss's, from memory as well
	ldr	x4, [x0, #LETHE_MMU_SCTLR + 8]	// HCR
	cmp	w3, #CURRENTEL_EL2
	b.eq	.Lworker_el2
	msr	tpidr_el1, x19			// not 0: an exception ends in lethe_halt (exception.S)
	msr	vbar_el1, x1			// and enters lethe_vectors, which the ISB below puts in force
	b	.Lworker_known
.Lworker_el2:
	msr	tpidr_el2, x19			// as at EL1
	msr	vbar_el2, x1			// likewise
	dsb	nsh				// an AmpereOne needs it before HCR_EL2 (AC04_CPU_23)
	msr	hcr_el2, x4			// E2H as the boss has it: the layouts of TCR and CPTR
.Lworker_known:
	ic	iallu				// this CPU's I side may hold lines of an earlier program; lethe_mmu_on's DSB
						// completes it, before this CPU meets any other code than this
	isb					// VBAR, and E2H for the names of the next registers, are in force
	ldr	x1, [x20, #LETHE_ORDERS_ROOT]
	mov	x2, x19				// this CPU has stored nothing: the state's line, for the DSB behind it, which
	add	x3, x19, #4			// the loads until now need before HCR_EL2 is written again
	bl	lethe_mmu_on			// the boss's translation, whose TLBI drops this CPU's own
	mov	sp, x19
	mov	x29, #0				// end of the frame chain
	mov	x0, x19
	bl	lethe_worker_share
	sub	x0, x19, #LETHE_WORKER_STACK
	add	x1, x19, #LETHE_WORKER_SIZE
	bl	lethe_mmu_off			// and own stack and state to the PoC: no line of them is left here
.Loff:
	mov_q	x0, PSCI_CPU_OFF
	cbnz	w21, .Loff_by_hvc
	smc	#0				// does not return, unless firmware refuses
	b	lethe_halt
.Loff_by_hvc:
#ifdef LETHE_CPUS
	cmp	w21, #LETHE_LEAVE_TO_PEN
	b.ne	.Loff_by_firmware
	adr_l	x0, lethe_monitor_pen
	br	x0				// which tells the boss that this CPU is there
.Loff_by_firmware:
#endif
	hvc	#0				// likewise
	b	lethe_halt
.Lother_level:
	cbz	w21, .Loff
	b	lethe_halt			// EL2's own HVC would come back to EL2
END lethe_worker_entry
