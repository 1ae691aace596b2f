/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An exception for EL1, made at EL2.
 *
 * Why assembly: no register is free, and there is no stack.
 */
#include "cpu/asm.h"
#include "cpu/inject.h"

/*
 * void lethe_inject_undefined(void);
 *
 * Gives EL1 the exception that it would have taken if the trapped instruction were undefined. EL0's goes to EL1 as well.
 *
 * In        sp = the payload's x0    ELR_EL2, SPSR_EL2 of the trap
 * Out       ERET to EL1's vector; ESR_EL1, ELR_EL1, SPSR_EL1 and PSTATE as the CPU sets them, but for TCO, which stays
 * Clobbers  sp FAR_EL2
 * Preserves all else
 * State     EL2, as a trap from EL1 or EL0 was taken
 * Stack     0
 */
FUNC lethe_inject_undefined
	inject_undefined
END lethe_inject_undefined
