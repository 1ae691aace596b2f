/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HVC to a hyp stub.
 *
 * Why assembly: the stub may change every caller-saved register, and exception.S must know the instruction.
 */
#include "cpu/asm.h"

/*
 * int64_t lethe_hyp_stub_call(uint64_t function, uint64_t arg1, uint64_t arg2, uint64_t arg3);
 *
 * In        x0 = function    x1-x3 = arguments
 * Out       x0 = the stub's result; w0 = -1 if the HVC is undefined: no EL2, or HVC is disabled
 * Clobbers  x0-x17 flags, and x18
 * Preserves x19-x30 sp
 * State     EL1; MMU off; lethe_vectors in force
 * Stack     0
 */
FUNC lethe_hyp_stub_call
	hvc	#0				// if undefined, exception.S goes on at lethe_probe_failed
	ret
END lethe_hyp_stub_call
