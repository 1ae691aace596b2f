/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SMC to firmware. HVC is hyp_stub.S's.
 *
 * Why assembly: firmware may change x0-x17, and exception.S must know the instruction.
 */
#include "cpu/asm.h"

/*
 * int64_t lethe_smc(uint64_t function, uint64_t arg1, uint64_t arg2, uint64_t arg3);
 *
 * In        x0 = function    x1-x3 = arguments (SMC Calling Convention, DEN0028)
 * Out       x0 = firmware's result; w0 = -1, "not supported", if the SMC is undefined: no EL3, or SMC is disabled
 * Clobbers  x0-x17 flags
 * Preserves x18-x30 sp
 * State     EL1 or EL2; MMU on or off; lethe_vectors in force
 * Stack     0
 */
FUNC lethe_smc
	smc	#0				// if undefined, exception.S goes on at lethe_probe_failed
	ret
END lethe_smc
