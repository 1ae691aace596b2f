/* SPDX-License-Identifier: BSD-2-Clause */
/* The interrupt controller's groups. Names are those of Arm's IHI 0048 (GICv2) and IHI 0069 (GICv3,
 * GICv4). */
#include "el3/gic.h"

/* clang-format off */
#define GICD_CTLR		0
#define GICD_CTLR_GROUPS_V2	3		/* both groups are forwarded */
#define GICD_CTLR_ARE		(3U << 4)	/* ARE_S and ARE_NS: routing by affinity in both states */
#define GICD_CTLR_GROUPS	7		/* Group 0, Group 1 non-secure, Group 1 secure */
#define GICD_CTLR_DS		(1U << 6)	/* one security state: the groups are everybody's */
#define GICD_CTLR_RWP		(1U << 31)	/* a write is not in force everywhere yet */
#define GICD_TYPER		4
#define GICD_TYPER_LINES	0x1f		/* words of interrupts behind the first */
#define GICD_TYPER_ESPI		(1U << 8)	/* extended SPIs ... */
#define GICD_TYPER_ESPI_SHIFT	27		/* ... and words of them, less one */
#define GICD_TYPER_SECURITY	(1U << 10)	/* GICv2: the groups are secure and non-secure */
#define GICD_IGROUPR		0x80
#define GICD_IGRPMODR		0xd00		/* with 0: Group 1 is non-secure */
#define GICD_IGROUPR_E		0x1000
#define GICD_IGRPMODR_E		0x3400
#define GICC_CTLR		0
#define GICC_PMR		4
#define GICC_PMR_LOWEST		0xff		/* non-secure code cannot raise a priority mask below 0x80 */
#define GICR_TYPER		8
#define GICR_TYPER_VLPIS	(1U << 1)	/* four frames, not two */
#define GICR_TYPER_LAST		(1U << 4)
#define GICR_TYPER_PPI_SHIFT	27		/* words of extended PPIs */
#define GICR_TYPER_AFFINITY	12
#define GICR_WAKER		0x14
#define GICR_WAKER_SLEEP	(1U << 1)	/* ProcessorSleep */
#define GICR_WAKER_ASLEEP	(1U << 2)	/* ChildrenAsleep */
#define GICR_SGI		0x10000		/* its second frame has registers as the distributor has */
#define GICR_FRAME		0x10000
/* clang-format on */

#define PATIENCE 1000000 /* reads of a device register, 50 ns or more each */

static uint32_t get(uint64_t address)
{
	return *(const volatile uint32_t *)address;
}

static void set(uint64_t address, uint32_t value)
{
	*(volatile uint32_t *)address = value;
}

static bool wait_until_clear(uint64_t address, uint32_t bits)
{
	unsigned int reads;

	for (reads = 0; reads < PATIENCE; reads++) {
		if ((get(address) & bits) == 0) {
			return true;
		}
	}
	return false;
}

static void fill(uint64_t words, unsigned int first, unsigned int end, uint32_t value)
{
	unsigned int n;

	for (n = first; n < end; n++) {
		set(words + 4 * n, value);
	}
}

/* The words [first, end) of interrupts: Group 1, non-secure. */
static void free_v3(uint64_t groups, uint64_t modifiers, unsigned int first, unsigned int end)
{
	fill(groups, first, end, UINT32_MAX);
	fill(modifiers, first, end, 0);
}

static bool distributor_v3(uint64_t distributor, uint32_t typer)
{
	const unsigned int espi =
		(typer & GICD_TYPER_ESPI) == 0 ? 0 : (typer >> GICD_TYPER_ESPI_SHIFT) + 1;

	if ((get(distributor + GICD_CTLR) & GICD_CTLR_DS) != 0) {
		return true;
	}
	set(distributor + GICD_CTLR,
	    GICD_CTLR_ARE); /* alone: it may change only while no group is on */
	if (!wait_until_clear(distributor + GICD_CTLR, GICD_CTLR_RWP)) {
		return false;
	}
	free_v3(distributor + GICD_IGROUPR, distributor + GICD_IGRPMODR, 1,
		(typer & GICD_TYPER_LINES) + 1);
	free_v3(distributor + GICD_IGROUPR_E, distributor + GICD_IGRPMODR_E, 0, espi);
	set(distributor + GICD_CTLR, GICD_CTLR_ARE | GICD_CTLR_GROUPS);
	return wait_until_clear(distributor + GICD_CTLR, GICD_CTLR_RWP);
}

bool lethe_el3_gic_distributor(const struct lethe_flash *flash)
{
	uint32_t typer;

	if (flash->gic == 0) {
		return true;
	}
	typer = get(flash->distributor + GICD_TYPER);
	if (flash->gic != 2) {
		return distributor_v3(flash->distributor, typer);
	}
	if ((typer & GICD_TYPER_SECURITY) != 0) {
		fill(flash->distributor + GICD_IGROUPR, 1, (typer & GICD_TYPER_LINES) + 1,
		     UINT32_MAX);
		set(flash->distributor + GICD_CTLR, GICD_CTLR_GROUPS_V2);
	}
	return true;
}

/* Aff3 and Aff2 to Aff0 in one word, as in the upper half of GICR_TYPER. */
static uint32_t affinity_word(uint64_t mpidr)
{
	return (uint32_t)(mpidr >> 32) << 24 | (uint32_t)(mpidr & 0xffffff);
}

/* The redistributor of a CPU, or 0. */
static uint64_t find_redistributor(const struct lethe_flash *flash, uint32_t affinity)
{
	const uint64_t end = flash->redistributor + flash->redistributor_size;
	uint64_t at = flash->redistributor;

	while (at < end) {
		const uint32_t typer = get(at + GICR_TYPER);

		if (get(at + GICR_TYPER_AFFINITY) == affinity) {
			return at;
		}
		if ((typer & GICR_TYPER_LAST) != 0) {
			break;
		}
		at += GICR_FRAME * ((typer & GICR_TYPER_VLPIS) != 0 ? 4 : 2);
	}
	return 0;
}

static bool cpu_v3(const struct lethe_flash *flash, uint64_t mpidr)
{
	uint64_t own, words;

	if ((get(flash->distributor + GICD_CTLR) & GICD_CTLR_DS) != 0) {
		return true;
	}
	own = find_redistributor(flash, affinity_word(mpidr));
	if (own == 0) {
		return false;
	}
	set(own + GICR_WAKER, get(own + GICR_WAKER) & ~GICR_WAKER_SLEEP);
	if (!wait_until_clear(own + GICR_WAKER, GICR_WAKER_ASLEEP)) {
		return false;
	}
	words = 1 + (get(own + GICR_TYPER) >> GICR_TYPER_PPI_SHIFT);
	own += GICR_SGI;
	free_v3(own + GICD_IGROUPR, own + GICD_IGRPMODR, 0, (unsigned int)words);
	return true;
}

bool lethe_el3_gic_cpu(const struct lethe_flash *flash, uint64_t mpidr)
{
	if (flash->gic == 0) {
		return true;
	}
	if (flash->gic != 2) {
		return cpu_v3(flash, mpidr);
	}
	if ((get(flash->distributor + GICD_TYPER) & GICD_TYPER_SECURITY) != 0) {
		set(flash->distributor + GICD_IGROUPR, UINT32_MAX); /* this CPU's own 32 */
		set(flash->redistributor + GICC_PMR, GICC_PMR_LOWEST);
		set(flash->redistributor + GICC_CTLR, GICD_CTLR_GROUPS_V2);
	}
	return true;
}
