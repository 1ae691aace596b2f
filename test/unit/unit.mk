# SPDX-License-Identifier: BSD-2-Clause
#
# Host tests, under ASan and UBSan. Included by the top Makefile (O, HOSTCC, HOST_CFLAGS).
#
# A test is a name in UNIT_TESTS; it is built from test/unit/test_NAME.c and
#	UNIT_SRCS_NAME	every other file that it needs, from the top of the tree
#	UNIT_LIBS_NAME	libraries, -lfdt for example
# An object is compiled once, however many tests use it.

UNIT_TESTS += status acpi sha256 sha256_copy regions cavp plan place place_table place_order place_property
UNIT_PLAN_SRCS := $(addprefix src/,plan.c plan_entries.c plan_slots.c offsets.c sha256.c sha256_host.c status.c) \
	test/unit/plan_builder.c
UNIT_SRCS_status := src/status.c
UNIT_SRCS_acpi := src/acpi.c
UNIT_SRCS_sha256 := src/sha256.c src/sha256_host.c
UNIT_SRCS_regions := src/regions.c src/sha256.c src/sha256_host.c
UNIT_SRCS_sha256_copy := $(UNIT_SRCS_sha256)
UNIT_SRCS_cavp := $(UNIT_SRCS_sha256)
UNIT_SRCS_plan := $(UNIT_PLAN_SRCS) $(wildcard test/unit/plan_rows_*.c) test/unit/plan_poke.c
UNIT_SRCS_place := $(UNIT_PLAN_SRCS) src/place.c
UNIT_SRCS_place_table := $(UNIT_SRCS_place) test/unit/plan_poke.c
UNIT_SRCS_place_order := $(UNIT_SRCS_place)
UNIT_SRCS_place_property := $(UNIT_SRCS_place) test/unit/place_carry.c test/unit/place_random.c

# Trees are compiled by dtc while the tests run (test/unit/trees/), and compared by it.
# The code under test stands on libfdt as the machine has it, the same sources and assumptions, and the tests on
# the system's, which judges it: tree.o is linked before it comes to them, and shows nothing but lethe_*.
UNIT_FDT_SRCS := src/status.c test/unit/trees.c test/unit/fixup.c tree
UNIT_FDT_TESTS := fdt_check fdt_read fdt_stdout fdt_memory fdt_fixup fdt_room record
UNIT_TESTS += $(UNIT_FDT_TESTS)
$(foreach test,$(UNIT_FDT_TESTS),$(eval UNIT_SRCS_$(test) := $(UNIT_FDT_SRCS)))
$(foreach test,$(UNIT_FDT_TESTS),$(eval UNIT_LIBS_$(test) := -lfdt))
UNIT_TREE_SRCS := $(wildcard src/fdt_*.c) src/record.c

# Tables leave out what is zero. -O1: the sanitizers do the work, and gdb still finds its way.
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
UNIT_CFLAGS = $(HOST_CFLAGS) -O1 -g $(SANITIZE) -Wno-missing-field-initializers -iquote src -Itest/unit
UNIT_PROGRAMS = $(UNIT_TESTS:%=$(O)/test/unit/test_%)
UNIT_OBJ := $(O)/test/obj

$(UNIT_OBJ)/%.c.o: %.c test/unit/unit.mk
	mkdir -p $(@D)
	$(HOSTCC) $(UNIT_CFLAGS) -MMD -MP -c -o $@ $<

$(UNIT_TREE_SRCS:%=$(UNIT_OBJ)/%.o): UNIT_CFLAGS += -isystem $(LIBFDT_SRC)
$(UNIT_OBJ)/libfdt/%.o: $(LIBFDT_SRC)/%.c Makefile test/unit/unit.mk
	mkdir -p $(@D)
	$(HOSTCC) -std=gnu11 -O1 -g $(SANITIZE) -w $(LIBFDT_CPPFLAGS) -isystem $(LIBFDT_SRC) -c -o $@ $<
$(UNIT_OBJ)/tree.o: $(UNIT_TREE_SRCS:%=$(UNIT_OBJ)/%.o) $(LIBFDT_FILES:%=$(UNIT_OBJ)/libfdt/%.o)
	$(HOSTCC) -r -nostdlib -o $@ $^
	objcopy -w --keep-global-symbol='lethe_*' $@

# Lists may be set in files that are included later: they are looked at when a program is linked.
.SECONDEXPANSION:
$(O)/test/unit/test_%: $(UNIT_OBJ)/test/unit/test_%.c.o $$(addprefix $(UNIT_OBJ)/,$$(addsuffix .o,$$(UNIT_SRCS_$$*)))
	mkdir -p $(@D)
	$(HOSTCC) $(SANITIZE) -o $@ $(filter %.o,$^) $(UNIT_LIBS_$*) -lcmocka

.PHONY: check-unit
check-unit: $$(UNIT_PROGRAMS) $$(CAVP)
	CAVP='$(abspath $(CAVP))' $(PYTHON) test/unit/run.py $(UNIT_PROGRAMS)

# The host command from outside, and the second writer of plans against it. flips is the command's own objects with
# another main(). -long: the kexec of Debian's other release, too.
.PHONY: check-tool check-tool-long
FLIPS := $(O)/test/unit/flips
$(FLIPS): test/unit/flips.c test/unit/random.h $(TOOL_OBJS)
	mkdir -p $(@D)
	$(HOSTCC) $(HOST_CFLAGS) -iquote test/unit -o $@ $< $(filter-out %/main.c.o,$(TOOL_OBJS)) -lfdt -lz -lzstd
check-tool-long: $(KEXEC_OTHER)
check-tool check-tool-long: $(O)/lethe $(FLIPS) $(KEXEC)
	KEXECS='$(abspath $(KEXEC) $(if $(filter %-long,$@),$(KEXEC_OTHER)))' LETHE='$(abspath $(O))/lethe' PYTHONDONTWRITEBYTECODE=1 $(PYTHON) -m pytest -q -p no:cacheprovider \
		test/unit

-include $(shell [ -d $(UNIT_OBJ) ] && find $(UNIT_OBJ) -name '*.d')
