/* SPDX-License-Identifier: BSD-2-Clause */
/* CPU_SUSPEND, standby: an interrupt ends it, masked as it is: the virtual timer's, through the
 * virt machine's GIC. */
#include "program.h"

#define GICD  0x08000000UL
#define GICC  0x08010000UL
#define GICR  0x080a0000UL /* of the first CPU */
#define TIMER (1U << 27)   /* INTID */

#define GICD_CTLR       0x0
#define GICD_ISENABLER0 0x100
#define GICC_CTLR       0x0
#define GICC_PMR        0x4
#define GICR_WAKER      0x14
#define GICR_IGROUPR0   0x10080
#define GICR_ISENABLER0 0x10100

static void write(uint64_t address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

static void open_gic_v3(void)
{
	write(GICD + GICD_CTLR, 1 << 4 | 1 << 1 | 1); /* ARE, both groups */
	write(GICR + GICR_WAKER, 0);
	write(GICR + GICR_IGROUPR0, ~0U);
	write(GICR + GICR_ISENABLER0, TIMER);
	__asm__ volatile("msr S3_0_C12_C12_5, %0\n\tisb" : : "r"(7UL)); /* ICC_SRE_EL1 */
	__asm__ volatile("msr S3_0_C4_C6_0, %0" : : "r"(0xffUL));       /* ICC_PMR_EL1 */
	__asm__ volatile("msr S3_0_C12_C12_7, %0\n\tisb" : : "r"(1UL)); /* ICC_IGRPEN1_EL1 */
}

static void open_gic_v2(void)
{
	write(GICD + GICD_CTLR, 1);
	write(GICD + GICD_ISENABLER0, TIMER);
	write(GICC + GICC_PMR, 0xff);
	write(GICC + GICC_CTLR, 1);
}

void check_suspend(void)
{
	uint64_t frequency, since;

	if (has_flag(FLAG_PI) || has_flag(FLAG_EL3)) {
		return;
	}
	if (has_flag(FLAG_GIC_V3)) {
		open_gic_v3();
	} else {
		open_gic_v2();
	}
	__asm__("mrs %0, cntfrq_el0" : "=r"(frequency));
	since = ticks();
	__asm__ volatile("msr cntv_tval_el0, %0\n\tmsr cntv_ctl_el0, %1\n\tisb"
			 :
			 : "r"(frequency / 50), "r"(1UL));
	say("suspend", psci(CPU_SUSPEND, 0, (uint64_t)second_entry, 0));
	say("suspend-waited", ticks() - since >= frequency / 50);
	say("suspend-32", psci(CPU_SUSPEND & ~SMC64, 0, (uint64_t)second_entry, 0));
	__asm__ volatile("msr cntv_ctl_el0, xzr\n\tisb");
}
