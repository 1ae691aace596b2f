# SPDX-License-Identifier: BSD-2-Clause
UNIT_TESTS += idmap idmap_property mmu_regs
UNIT_SRCS_idmap := src/idmap.c test/unit/table_walk.c
UNIT_SRCS_idmap_property := $(UNIT_SRCS_idmap)
UNIT_SRCS_mmu_regs := src/mmu_regs.c
