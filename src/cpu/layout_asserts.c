/* SPDX-License-Identifier: BSD-2-Clause */
/* Asserts on the numbers that assembly uses: offsets into structs, statuses, a stage. This file
 * makes no code. */
#include <stddef.h>

#include <lethe/handoff.h>
#include <lethe/image.h>
#include <lethe/status.h>

#include "cpu/mmu_regs.h"
#include "entry.h"
#include "stage.h"

#define AT(type, field, offset)                                                                    \
	_Static_assert(offsetof(struct type, field) == (offset), #type "." #field " moved")
#define SAME(number, name) _Static_assert((number) == (name), #name " has another number")

/* Loaded in pairs. */
AT(lethe_handoff, entry, LETHE_HANDOFF_ENTRY);
AT(lethe_handoff, x[0], LETHE_HANDOFF_ENTRY + 8);
AT(lethe_handoff, x[1], LETHE_HANDOFF_X1);
AT(lethe_handoff, x[2], LETHE_HANDOFF_X1 + 8);
AT(lethe_handoff, x[3], LETHE_HANDOFF_X3);
AT(lethe_handoff, hcr, LETHE_HANDOFF_X3 + 8);
AT(lethe_handoff, to_el1, LETHE_HANDOFF_TO_EL1);
AT(lethe_handoff, sctlr, LETHE_HANDOFF_TO_EL1 + 8);
AT(lethe_handoff, own_start, LETHE_HANDOFF_OWN_START);
AT(lethe_handoff, own_end, LETHE_HANDOFF_OWN_START + 8);

AT(lethe_mmu_regs, tcr, LETHE_MMU_TCR);
AT(lethe_mmu_regs, mair, LETHE_MMU_TCR + 8);
AT(lethe_mmu_regs, sctlr, LETHE_MMU_SCTLR);
AT(lethe_mmu_regs, hcr, LETHE_MMU_SCTLR + 8);
AT(lethe_mmu_regs, has_tcr2, LETHE_MMU_HAS_TCR2);
AT(lethe_mmu_regs, has_sctlr2, LETHE_MMU_HAS_TCR2 + 4);

SAME(LETHE_E_IMAGE_BASE_ASM, LETHE_E_IMAGE_BASE);
SAME(LETHE_E_FAULT_ASM, LETHE_E_FAULT);
SAME(LETHE_E_PLAN_WORKSPACE_ASM, LETHE_E_PLAN_WORKSPACE);
SAME(LETHE_E_SELF_ASM, LETHE_E_SELF);
SAME(LETHE_STAGE_ENTRY_ASM, LETHE_STAGE_ENTRY);
SAME(LETHE_STAGE_HANDOFF_ASM, LETHE_STAGE_HANDOFF);

/* The headers at byte 0, and the library door's stub right after the headers. */
SAME(LETHE_BLOB_OFFSET, sizeof(struct lethe_image_header));
SAME(LETHE_LIBRARY_ENTRY, LETHE_BLOB_OFFSET + sizeof(struct lethe_blob_header));
SAME(LETHE_SELF_OFFSET, LETHE_LIBRARY_ENTRY + 8);
