/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_CHECK_SELF_H
#define LETHE_CHECK_SELF_H

/*
 * Checks Lethe's code and constants against the digest in the header page. Reads only; any EL, MMU
 * on or off. LETHE_E_SELF if a byte is wrong, of what is checked or of the digest.
 *
 * This catches what happens by chance to memory or on its way into memory. The check can be no
 * better than the code that makes it, so it catches no attacker: whoever verified the Image does
 * that. Lethe's variables have no digest, for they change.
 */
int lethe_check_self(void);

#endif
