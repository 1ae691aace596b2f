# SPDX-License-Identifier: BSD-2-Clause
#
# The purgatory's checks and its tree. As in the object, libfdt checks nothing; the tests' own libfdt, the system's, does:
# purgatory.o is linked before they meet, and shows nothing but the way in.
UNIT_TESTS += purgatory_plan purgatory_check purgatory_tree purgatory_road
UNIT_SRCS_purgatory_plan := src/purgatory_plan.c src/status.c test/unit/purgatory_symbols.c
UNIT_PURGATORY := purgatory $(addprefix test/unit/purgatory_,symbols.c boot.c) \
	$(addprefix src/,stage.c sha256.c sha256_host.c)
UNIT_SRCS_purgatory_check := $(UNIT_PURGATORY) test/unit/trees.c
UNIT_LIBS_purgatory_check := -lfdt
UNIT_SRCS_purgatory_tree := $(UNIT_PURGATORY) $(addprefix test/unit/,purgatory_judge.c trees.c) tree src/status.c
UNIT_SRCS_purgatory_road := $(UNIT_SRCS_purgatory_tree)
UNIT_LIBS_purgatory_tree := -lfdt
UNIT_LIBS_purgatory_road := -lfdt

PURGATORY_UNIT := $(O)/test/obj/purgatory
PURGATORY_UNIT_SRCS := $(addprefix src/,purgatory_plan.c purgatory_check.c purgatory_tree.c fdt_get.c fdt_stdout.c \
	fdt_uart.c status.c) test/unit/purgatory_road.c
PURGATORY_UNIT_OBJS := $(PURGATORY_UNIT_SRCS:%=$(PURGATORY_UNIT)/%.o) \
	$(LIBFDT_FILES:%=$(PURGATORY_UNIT)/libfdt/%.o)
PURGATORY_UNIT_CFLAGS = -DLETHE_PURGATORY -include src/purgatory_fdt.h -isystem $(LIBFDT_SRC)
# gcc leaves variables in sections of their own without red zones; clang does not.
$(PURGATORY_UNIT)/src/purgatory_tree.c.o: PURGATORY_UNIT_CFLAGS += $(if $(findstring clang,$(HOSTCC)),,-fsanitize-sections=.pool)
$(PURGATORY_UNIT)/%.c.o: %.c test/unit/purgatory.mk
	mkdir -p $(@D)
	$(HOSTCC) $(UNIT_CFLAGS) $(PURGATORY_UNIT_CFLAGS) -MMD -MP -c -o $@ $<
$(PURGATORY_UNIT)/libfdt/%.o: $(LIBFDT_SRC)/%.c test/unit/purgatory.mk
	mkdir -p $(@D)
	$(HOSTCC) -std=gnu11 -O1 -g $(SANITIZE) -w $(PURGATORY_UNIT_CFLAGS) -DFDT_ASSUME_MASK=0xff -c -o $@ $<
$(PURGATORY_UNIT).o: $(PURGATORY_UNIT_OBJS)
	$(HOSTCC) -r -nostdlib -o $@ $^
	objcopy -w --keep-global-symbol='lethe_purgatory_*' --keep-global-symbol='road_*' $@
