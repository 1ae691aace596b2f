# SPDX-License-Identifier: BSD-2-Clause
#
# Fuzzing without a fuzzer: each target makes N inputs from a printed seed, under ASan and UBSan.
#	make fuzz N=1000000 SEED=0x1234
# A target is a name in FUZZ_TARGETS; it is built from test/fuzz/fuzz_NAME.c, driver.c and
#	FUZZ_SRCS_NAME	every other needed file, from the top of the tree
#	FUZZ_LIBS_NAME	libraries
#	FUZZ_SHORT_NAME	inputs of fuzz, if not 50,000 and N is not given
#	FUZZ_LONG_NAME	inputs of fuzz-long, if not a million
# With clang there is also $(O)/test/fuzz/libfuzzer_NAME, whose arguments are libFuzzer's.

N ?=
FUZZ_TARGETS := kimage fdt boot_tree flash_tree efi plan purgatory bundle
FUZZ_PLAN_SRCS := $(PLAN_SRCS) $(DIGEST_SRCS) $(wildcard src/plan/place*.c)
FUZZ_SRCS_plan := $(FUZZ_PLAN_SRCS) $(PLAN)/plan_builder.c
FUZZ_LONG_plan := 10000000
FUZZ_SRCS_fdt := src/plan/status.c test/fuzz/random_input.c test/fuzz/tree_input.c
FUZZ_LIBS_fdt := -lfdt
FUZZ_SRCS_flash_tree := $(FLASH_TREE_SRCS) test/fuzz/random_input.c test/fuzz/tree_input.c
FUZZ_LIBS_flash_tree := -lfdt -lz
FUZZ_SRCS_efi := $(addprefix src/efi/,loader.c options.c pe.c pe_load.c tree.c) src/describe_record.c src/plan/plan.c src/plan/status.c \
	$(DIGEST_SRCS) test/fuzz/random_input.c test/fuzz/tree_input.c
FUZZ_LIBS_efi := -lfdt
FUZZ_SRCS_bundle := $(FUZZ_PLAN_SRCS) src/plan/range_set.c $(addprefix tools/lethe/,tool.c put.c view.c progress.c coverage.c kernel.c image_end.c formats.c elf_machine.c paste.c unpack.c \
	blob.c bundle.c bundle_front.c bundle_write.c chunks.c efi.c efi_view.c view_blob.c place_check.c file.c output.c map.c json.c) test/fuzz/random_input.c \
	$(filter src/fdt/%,$(call sources,tool))
FUZZ_LIBS_bundle := -lz -lzstd -lfdt
FUZZ_LONG_kimage := 10000000
FUZZ_SRCS_kimage := $(KIMAGE_SRCS)
# The purgatory's objects and libfdt come from the unit tests. No libfuzzer_purgatory, because libfdt would be
# compiled only once, for the code and its reference.
FUZZ_SRCS_purgatory := test/fuzz/tree_input.c $(filter %.c,$(PURGATORY_WORLD))
FUZZ_LIBS_purgatory := -lfdt

# The code of the read stage and the describe stage, whose calls of __sanitizer_cov_trace_pc() count its work.
# No libfuzzer_boot_tree: libFuzzer has a use of its own for them.
FUZZ_SRCS_boot_tree := $(addprefix test/fuzz/,boot_world.c boot_input.c boot_input_tree.c boot_seeds.c boot_plan.c boot_claims.c boot_check_read.c boot_check_refused.c boot_check_tree.c flat_tree.c \
	tree_input.c)
FUZZ_LIBS_boot_tree := -lfdt
FUZZ_SHORT_boot_tree := 8000
BOOT_TREE_SRCS := $(TREE_SRCS) $(addprefix src/,describe.c describe_record.c read.c read_console.c read_loader.c read_memory.c read_own.c read_ram.c read_reserved.c read_tree.c read_tree_buffer.c \
	stage.c console/earlycon.c keep/hold.c) $(PLAN_SRCS) $(DIGEST_SRCS) $(wildcard src/plan/place*.c)
BOOT_TREE_CFLAGS = $(FUZZ_CFLAGS) -isystem $(LIBFDT_SRC) -include src/fdt/aligned_cells.h -fsanitize-coverage=trace-pc \
	$(if $(findstring clang,$(HOSTCC)),,-fsanitize-sections=.pool)
$(eval $(call compile,fuzz-boot_tree,HOSTCC,BOOT_TREE_CFLAGS,NO_DEFS,unit-toolchain))
FUZZ_TREES = $(abspath $(DTBS))/*/*.dtb

FUZZ_CFLAGS = $(HOST_CFLAGS) -O1 -g $(SANITIZE) -Wno-missing-field-initializers -iquote test/unit -iquote test/fuzz \
	$(UNIT_FOLDERS:%=-iquote %)
FUZZ_OBJ := $(O)/obj/fuzz
FUZZ_PROGRAMS = $(FUZZ_TARGETS:%=$(O)/test/fuzz/fuzz_%)
$(eval $(call compile,fuzz,HOSTCC,FUZZ_CFLAGS,NO_DEFS,))

# The stem of a rule is unknown when make reads the rule, so the list is looked up on use.
$(O)/test/fuzz/fuzz_%: $(FUZZ_OBJ)/test/fuzz/fuzz_%.c.o $(FUZZ_OBJ)/test/fuzz/driver.c.o \
		$$(addprefix $(FUZZ_OBJ)/,$$(addsuffix .o,$$(FUZZ_SRCS_$$*)))
	mkdir -p $(@D)
	$(HOSTCC) $(SANITIZE) -o $@ $(filter %.o,$^) $(FUZZ_LIBS_$*)
# The code and the libfdt of the unit tests (unit.mk).
$(O)/test/fuzz/fuzz_fdt $(O)/test/fuzz/fuzz_efi: $(UNIT_OBJ)/tree.o
$(FUZZ_OBJ)/src/efi/tree.c.o: FUZZ_CFLAGS += -isystem $(LIBFDT_SRC) -include src/fdt/aligned_cells.h
$(O)/test/fuzz/fuzz_boot_tree: $(O)/obj/fuzz-boot_tree/code.o
$(O)/obj/fuzz-boot_tree/code.o: $(BOOT_TREE_SRCS:%=$(O)/obj/fuzz-boot_tree/%.o) $(call libfdt_objects,fuzz-boot_tree)
	$(HOSTCC) -r -nostdlib -o $@ $^
	objcopy -w --keep-global-symbol='lethe_*' $@
$(O)/test/fuzz/fuzz_purgatory: $(UNIT_OBJ)/purgatory.o
$(O)/test/fuzz/libfuzzer_fdt $(O)/test/fuzz/libfuzzer_efi: $(TREE_SRCS)
$(O)/test/fuzz/libfuzzer_%: test/fuzz/fuzz_%.c $$(FUZZ_SRCS_$$*)
	mkdir -p $(@D)
	clang $(FUZZ_CFLAGS) $(INCLUDES) -fsanitize=fuzzer -o $@ $^ $(FUZZ_LIBS_$*)

.PHONY: fuzz-long
fuzz: FUZZ_COUNT = $(or $(N),$(FUZZ_SHORT_$(1)),50000)
fuzz-long: FUZZ_COUNT = $(or $(FUZZ_LONG_$(1)),1000000)
# Real trees are among the seeds of boot_tree if they are there.
fuzz fuzz-long: $(FUZZ_PROGRAMS)
	FUZZ_TREES='$(FUZZ_TREES)' $(TEST_PYTHON) test/run_programs.py --times $(O)/test/fuzz/times.tsv --limit 7200 $(foreach name,$(FUZZ_TARGETS), \
		'$(O)/test/fuzz/fuzz_$(name) -n $(call FUZZ_COUNT,$(name)) $(if $(SEED),-s $(SEED))')
