# SPDX-License-Identifier: BSD-2-Clause
UNIT_TESTS += idmap idmap_live idmap_property mmu_regs
UNIT_SRCS_idmap_property := src/idmap.c test/unit/table_walk.c test/unit/table_live.c
UNIT_SRCS_idmap := $(UNIT_SRCS_idmap_property) test/unit/idmap_pool.c
UNIT_SRCS_idmap_live := $(UNIT_SRCS_idmap)
UNIT_SRCS_mmu_regs := src/mmu_regs.c

# A map in use depends on what is stored before a fence and what after it: table_live.c looks there.
$(O)/test/obj/src/idmap.c.o: UNIT_CFLAGS += -include test/unit/fence.h
$(O)/test/obj/src/idmap.c.o: test/unit/mmu.mk
