/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_PURGATORY_JUDGE_H
#define TEST_PURGATORY_JUDGE_H

/*
 * Boots by the purgatory's own stages, with a tree whose bytes behind totalsize are unreadable.
 * References for the passed-on tree: the system's libfdt, dtc, and record_reference.c, which writes
 * the same record with libfdt.
 */

#include "purgatory_world.h"

extern uint64_t reference_sink; /* arm64_sink of the following boots */

/*
 * Boots with a tree and `more` regions besides. Returns a copy of the passed-on tree: the input
 * with the record, as libfdt would have written it, and no other change.
 */
void *expect_boot(const void *tree, unsigned int more, uint32_t boot_count);

/* The last boot's record, in a copy of this tree, by libfdt. */
void *reference_record(const void *tree, uint32_t boot_count);

/* Boots. Expects the tree unchanged: no space or no /chosen (status), or refused by read (0). */
void expect_passed(const void *tree, int status);

/* Trees in source. */
#define TOP                                                                                        \
	"/dts-v1/; /memreserve/ 0x48000000 0x1000; /memreserve/ 0x7 0x9; / { #address-cells = "    \
	"<2>;"
#define PSCI "psci { compatible = \"arm,psci-1.0\"; method = \"smc\"; };"
#define ODD                                                                                        \
	"a { b0; b1 = [01]; b2 = [01 02]; b3 = [01 02 03]; b4 = [01 02 03 04]; c { d = \"x\"; };"  \
	" lethe { boot-count = <77>; }; };"
#define OLD                                                                                        \
	"lethe { record-version = <1>; boot-count = <41>; failed-segment = \"k\"; sub { x; "       \
	"boot-count = <5>; }; };"

#endif
