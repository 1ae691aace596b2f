/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * HVC to a hyp stub.
 *
 * Why assembly: the stub may change any register that a call may, and exception.S has to know the instruction.
 */
#include "cpu/asm.h"

/*
 * int64_t lethe_hyp_stub_call(uint64_t function, uint64_t entry, uint64_t argument);
 *
 * In        x0 = function    x1, x2 = its arguments
 * Out       x0 as the stub leaves it; w0 = -1 when the HVC is undefined: no EL2, or it is disabled
 * Clobbers  x0-x17 flags, and x18
 * Preserves x19-x30 sp
 * State     EL1; MMU off; lethe_vectors in force
 * Stack     0
 */
FUNC lethe_hyp_stub_call
	hvc	#0				// if undefined, exception.S goes on at lethe_probe_failed
	ret
END lethe_hyp_stub_call
