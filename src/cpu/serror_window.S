/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The window for an SError that the last stage left pending.
 *
 * Why assembly: exception.S must know the instructions at which an SError is forgiven.
 */
#include "cpu/asm.h"

/*
 * void lethe_serror_window(void);
 *
 * Unmasks SError. A pending SError is taken inside: exception.S sets lethe_fault_serror_inherited and resumes past the
 * window, so at most one SError is forgiven.
 *
 * In        none
 * Out       none
 * Clobbers  none
 * State     any EL; MMU off; lethe_vectors in force; Lethe has made no store yet, whose SError would not be inherited
 * Stack     0
 */
FUNC lethe_serror_window
	msr	daifclr, #4			// SError unmasked
	isb					// a pending SError is taken here
	.global	lethe_serror_window_end
	.hidden	lethe_serror_window_end
lethe_serror_window_end:
	nop
	ret
END lethe_serror_window
