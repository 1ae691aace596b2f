/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_MONITOR_INSTRUCTIONS_H
#define LETHE_MONITOR_INSTRUCTIONS_H

#include <stdint.h>

/* What is needed beside loads and stores where CPUs meet. Where there is no AArch64 it is other functions. */

/* What is stored is seen by all, and by the CPU that is called next. */
#define SEEN() __asm__ volatile("dsb sy" : : : "memory")

/* MMU off: Device memory, which keeps program order only within a peripheral. What is before is seen
 * in order by all. */
#define ORDER() __asm__ volatile("dmb sy" : : : "memory")

/* The CPU that waits in a WFE looks again. */
#define WAKE() __asm__ volatile("sev")

/* In a loop that waits for another CPU: who shares this one's units goes first. */
#define PAUSE() __asm__ volatile("yield" : : : "memory")

/* Until an interrupt, masked or not. */
#define SLEEP() __asm__ volatile("wfi" : : : "memory")

static inline int64_t lethe_monitor_smc(uint64_t function, uint64_t arg1, uint64_t arg2,
					uint64_t arg3)
{
	register uint64_t x0 __asm__("x0") = function;
	register uint64_t x1 __asm__("x1") = arg1;
	register uint64_t x2 __asm__("x2") = arg2;
	register uint64_t x3 __asm__("x3") = arg3;

	/* DEN0028 before 1.1: all of x0 to x17 may change. */
	__asm__ volatile("smc #0"
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
			 :
			 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14",
			   "x15", "x16", "x17", "memory");
	return (int32_t)x0;
}

#endif
