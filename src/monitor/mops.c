/* SPDX-License-Identifier: BSD-2-Clause */
#include "monitor/mops.h"

#include "cpu/sysreg.h"

static unsigned int field(uint64_t esr, unsigned int shift)
{
	return (unsigned int)(esr >> shift) & 31;
}

/* Arm ARM, rules CNTMJ and MWFQH: the formats of both options, back to that of a prologue. */
void lethe_monitor_mops(struct lethe_monitor_cpu *own)
{
	const uint64_t esr = READ(esr_el2);
	const bool is_a = ((esr & ESR_MOPS_OPTION_A) != 0) != ((esr & ESR_MOPS_WRONG_OPTION) != 0);
	const bool is_set = (esr & ESR_MOPS_IS_SET) != 0;
	uint64_t *dst = &own->x[field(esr, ESR_MOPS_DST_SHIFT)];
	uint64_t *src = &own->x[field(esr, ESR_MOPS_SRC_SHIFT)]; /* of CPY*; of SET* it may be 31 */
	uint64_t *size = &own->x[field(esr, ESR_MOPS_SIZE_SHIFT)];

	if (is_a && (is_set || (int64_t)*size < 0)) {
		/* Forwards: the ends, and what is left as a negative number. */
		*dst += *size;
		if (!is_set) {
			*src += *size;
		}
		*size = 0 - *size;
	} else if (!is_a && !is_set && (READ(spsr_el2) & SPSR_N) != 0) {
		/* Backwards: the ends. */
		*dst -= *size;
		*src -= *size;
	}
	/* The target of the ERET: the prologue is in front of the main part, and that of the epilogue. */
	WRITE(elr_el2, READ(elr_el2) - ((esr & ESR_MOPS_EPILOGUE) != 0 ? 8 : 4));
}
