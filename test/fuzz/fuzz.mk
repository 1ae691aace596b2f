# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzing without a fuzzer: each target makes N inputs from a printed seed, under ASan and UBSan.
#	make fuzz N=1000000 SEED=0x1234
# A target is a name in FUZZ_TARGETS; it is built from test/fuzz/fuzz_NAME.c, driver.c and
#	FUZZ_SRCS_NAME	every other file that it needs, from the top of the tree
#	FUZZ_LIBS_NAME	libraries
#	FUZZ_LONG_NAME	inputs of fuzz-long, when a million is not what it is to be
# With clang there is also $(O)/test/fuzz/libfuzzer_NAME, whose arguments are libFuzzer's.

N ?= 100000
FUZZ_TARGETS += plan fdt bundle
FUZZ_PLAN_SRCS := $(addprefix src/,plan.c plan_entries.c plan_slots.c place.c sha256.c sha256_host.c status.c)
FUZZ_SRCS_plan := $(FUZZ_PLAN_SRCS) test/unit/plan_builder.c
FUZZ_LONG_plan := 10000000
FUZZ_SRCS_fdt := src/status.c test/fuzz/random_input.c test/fuzz/tree_input.c
FUZZ_LIBS_fdt := -lfdt
FUZZ_SRCS_bundle := $(FUZZ_PLAN_SRCS) $(addprefix tools/lethe/,tool.c view.c progress.c whole.c kernel.c formats.c unpack.c \
	bundle.c place_check.c file.c output.c map.c json.c) test/fuzz/random_input.c \
	$(filter src/fdt%,$(TOOL_SHARED:%=src/%.c))
FUZZ_LIBS_bundle := -lz -lzstd -lfdt

FUZZ_SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_CFLAGS = $(HOST_CFLAGS) -O1 -g $(FUZZ_SANITIZE) -Wno-missing-field-initializers -iquote src -Itest/unit \
	-iquote test/fuzz
FUZZ_OBJ := $(O)/test/fuzz/obj
FUZZ_PROGRAMS = $(FUZZ_TARGETS:%=$(O)/test/fuzz/fuzz_%)

$(FUZZ_OBJ)/%.c.o: %.c test/fuzz/fuzz.mk
	mkdir -p $(@D)
	$(HOSTCC) $(FUZZ_CFLAGS) -MMD -MP -c -o $@ $<

# The stem of a rule is not known when the rule is read, so its list is looked up when it is used.
.SECONDEXPANSION:
$(O)/test/fuzz/fuzz_%: $(FUZZ_OBJ)/test/fuzz/fuzz_%.c.o $(FUZZ_OBJ)/test/fuzz/driver.c.o \
		$$(addprefix $(FUZZ_OBJ)/,$$(addsuffix .o,$$(FUZZ_SRCS_$$*)))
	$(HOSTCC) $(FUZZ_SANITIZE) -o $@ $(filter %.o,$^) $(FUZZ_LIBS_$*)
# The code and the libfdt that the unit tests have, too (unit.mk).
$(O)/test/fuzz/fuzz_fdt: $$(UNIT_OBJ)/tree.o
$(O)/test/fuzz/libfuzzer_fdt: $$(UNIT_TREE_SRCS)
$(O)/test/fuzz/libfuzzer_%: test/fuzz/fuzz_%.c $$(FUZZ_SRCS_$$*)
	mkdir -p $(@D)
	clang $(FUZZ_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(FUZZ_LIBS_$*)

.PHONY: fuzz fuzz-long
fuzz: FUZZ_COUNT = $(N)
fuzz-long: FUZZ_COUNT = $(or $(FUZZ_LONG_$(1)),1000000)
fuzz fuzz-long: $$(FUZZ_PROGRAMS)
	passed=0; failed=0; for run in $(foreach name,$(FUZZ_TARGETS),$(name):$(call FUZZ_COUNT,$(name))); do \
		if $(O)/test/fuzz/fuzz_$${run%:*} -n $${run#*:} $(if $(SEED),-s $(SEED)); then passed=$$((passed + 1)); \
		else failed=$$((failed + 1)); fi; \
	done; echo "$$passed passed, $$failed failed"; [ $$failed = 0 ]

-include $(shell [ -d $(FUZZ_OBJ) ] && find $(FUZZ_OBJ) -name '*.d')
