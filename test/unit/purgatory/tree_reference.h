/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_PURGATORY_JUDGE_H
#define TEST_PURGATORY_JUDGE_H

/*
 * Boots by purgatory.c's own road, with a tree of which nothing behind totalsize can be read.
 * Judges of what is passed on: the system's libfdt, dtc, and record_reference.c, which writes the same record
 * with libfdt.
 */

#include "purgatory_world.h"

extern uint64_t judge_sink; /* arm64_sink of the boots that follow */

/*
 * Boots with a tree and `more` regions beside it. Returns what is passed on, in memory of its own:
 * the tree with the record in it, as libfdt would have written it, and nothing else changed.
 */
void *judge_boot(const void *tree, unsigned int more, uint32_t boot_count);

/* The record of that boot, in a tree of this content, by libfdt. */
void *judge_record(const void *tree, uint32_t boot_count);

/* Boots. The tree is passed as it is: for want of room or of /chosen (status), or it was not even
 * taken (0). */
void judge_passed(const void *tree, int status);

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
