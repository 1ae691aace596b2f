/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EL2_STUB_PROGRAM_H
#define EL2_STUB_PROGRAM_H

/* Bits of the word that test_el2_stub.py writes behind the program's header. */
#define FLAG_MMU  0 /* MMU and caches are on at EL2 when the stub is installed */
#define FLAG_E2H  1
#define FLAG_HALT 2 /* HVC right after the installation: from the stub's own level */

#define UART 0x09000000

/* Traps for EL1, on top of what lethe_el2_stub_prepare() asks for. */
#define HCR_TWI	 (1 << 13) /* WFI */
#define HCR_TSC	 (1 << 19) /* SMC */
#define HCR_TID3 (1 << 18) /* reads of most ID registers */

#define OTHERS_ANSWER 0x5e7 /* of the vectors that SET_VECTORS installs, to function 5 */

#endif
