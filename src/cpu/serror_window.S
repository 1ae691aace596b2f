/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The window for an SError that the last stage left pending.
 *
 * Why assembly: exception.S has to know the instructions at which an SError is forgiven.
 */
#include "cpu/asm.h"

/*
 * void lethe_serror_window(void);
 *
 * Unmasks SError. One that was pending is taken inside: exception.S notes it in lethe_fault_serror_inherited and goes on
 * behind the window, so at most one is forgiven.
 *
 * In        none
 * Out       none
 * Clobbers  none
 * State     any EL; MMU off; lethe_vectors in force; no store of Lethe's own so far: an SError of that is not inherited
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
