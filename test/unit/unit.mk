# SPDX-License-Identifier: BSD-2-Clause
#
# Host tests, under ASan and UBSan. Included by the top Makefile (O, HOSTCC, HOST_CFLAGS).
#
# $(call unit,FOLDER/NAMES,FILES[,LIBRARIES]): test/unit/FOLDER/test_NAME.c of each name, with every other needed file,
# from the top of the tree. An object is compiled once, however many tests use it.
UNIT_TESTS :=
define unit_test
UNIT_TESTS += $(1)
UNIT_SRCS_$(notdir $(1)) := $(2)
UNIT_LIBS_$(notdir $(1)) := $(3)
endef
unit = $(foreach name,$(1),$(eval $(call unit_test,$(name),$(2),$(3))))

PLAN := test/unit/plan
PLAN_SRCS := $(addprefix src/plan/,plan.c plan_check.c plan_check_console.c plan_check_name.c plan_check_segments.c plan_check_slots.c \
	plan_check_windows.c layout_asserts.c status.c)
DIGEST_SRCS := src/sha256.c src/digest/sha256_host.c
PLACE_SRCS := $(PLAN_SRCS) $(DIGEST_SRCS) $(wildcard src/plan/place*.c) $(PLAN)/plan_builder.c
$(call unit,plan/status,src/plan/status.c)
$(call unit,plan/range_set,src/plan/range_set.c)
$(call unit,plan/plan,$(PLAN_SRCS) $(DIGEST_SRCS) $(PLAN)/plan_builder.c $(wildcard $(PLAN)/plan_rows_*.c) $(PLAN)/plan_poke.c)
$(call unit,plan/plan_build plan/plan_chunks,src/library/plan_build.c $(PLAN_SRCS) $(DIGEST_SRCS))
$(call unit,library/boot_error,src/library/boot_error.c src/plan/status.c)
$(call unit,library/plan_linux,src/library/plan_build.c src/library/plan_linux.c $(PLAN_SRCS) $(DIGEST_SRCS))
$(call unit,plan/place plan/place_order,$(PLACE_SRCS))
$(call unit,plan/place_table,$(PLACE_SRCS) $(PLAN)/plan_poke.c)
$(call unit,plan/place_property,$(PLACE_SRCS) $(PLAN)/place_carry.c $(PLAN)/place_random.c)
$(call unit,digest/sha256 digest/sha256_copy digest/cavp,$(DIGEST_SRCS))
$(call unit,library/page_list,examples/resume/list.c)
$(call unit,digest/regions,src/library/regions.c $(DIGEST_SRCS))

KIMAGE := test/unit/kimage
KIMAGE_SRCS := src/plan/kimage.c src/plan/status.c \
	$(addprefix $(KIMAGE)/,kimage_world.c kimage_compare.c kimage_reference.c)
$(call unit,kimage/kimage kimage/kimage_limits kimage/kimage_order kimage/kimage_answers,$(KIMAGE_SRCS) $(KIMAGE)/kimage_case.c)
$(call unit,kimage/kimage_property,$(KIMAGE_SRCS))
check-long: export KIMAGE_LISTS ?= 10000

IDMAP_SRCS := src/cpu/idmap.c test/unit/cpu/table_walk.c test/unit/cpu/table_live.c
$(call unit,cpu/idmap_property,$(IDMAP_SRCS))
$(call unit,cpu/idmap cpu/idmap_live,$(IDMAP_SRCS) test/unit/cpu/idmap_pool.c)
$(call unit,cpu/mmu_regs,src/cpu/mmu_regs.c)
$(call unit,cpu/el2_regs,$(addprefix src/cpu/,el2_regs.c el2_lower_regs.c el2_fgt_regs.c))
$(call unit,cpu/el2_bits,$(addprefix src/cpu/,el2_regs.c el2_lower_regs.c el2_fgt_regs.c))

# A GIC's registers are arrays.
$(call unit,el3/el3_regs,src/el3/el3_regs.c)
$(call unit,el3/gic,src/el3/gic.c)
$(call unit,el3/el3_call,src/el3/call.c src/el3/wake.c src/flash/state.c src/monitor/cpus.c)

# dtc compiles the trees (test/unit/fdt/trees/) during the tests, and compares them. The code under test uses the
# target's libfdt, with the same sources and assumptions. The tests use the system's libfdt as the reference. tree.o is
# linked before it meets the tests, and exports lethe_* only.
TREE_SRCS := $(wildcard src/fdt/*.c) src/firmware/efi_memory.c src/fdt_fixup.c src/plan/range_set.c
$(call unit,$(addprefix fdt/fdt_,check cpus fail read values stdout memory fixup space) fdt/record,src/plan/status.c \
	$(addprefix test/unit/fdt/,trees.c fixup.c) tree,-lfdt)
$(call unit,fdt/acpi,src/firmware/acpi.c)

# The monitor's CPU is the test here; and what the boot CPU chooses for the others, in trees of text.
$(call unit,monitor/call,src/monitor/call.c src/monitor/cpus.c src/monitor/wake.c)
$(call unit,monitor/mops,src/monitor/mops.c)
$(call unit,monitor/lock,src/monitor/lock.c,-pthread)
HOLD_SRCS := tree src/plan/status.c test/unit/fdt/trees.c
$(call unit,hold/hold_power,src/hold/power.c $(HOLD_SRCS),-lfdt)
$(call unit,hold/hold_choose,src/hold/choose.c src/hold/slots.c src/cpu/psci.c $(HOLD_SRCS),-lfdt)
$(call unit,hold/hold_describe,src/hold/describe.c src/hold/slots.c $(HOLD_SRCS),-lfdt)
# The front end's parameters, its end and its output are the tests'; libfdt says what is a tree.
$(call unit,flash/complete,tools/lethe/flash_complete.c test/unit/fdt/trees.c,-lfdt)
FLASH_WORLD := test/unit/flash/flash_world.c src/flash/state.c
FLASH_TREE_SRCS := src/flash/tree.c src/flash/tree_put.c test/unit/flash/flash_world_tree.c $(FLASH_WORLD)
$(call unit,flash/tree flash/tree_broken flash/tree_tags,$(FLASH_TREE_SRCS) tools/lethe/flash_complete.c test/unit/fdt/trees.c,-lfdt -lz)
$(call unit,flash/slot,src/flash/slot.c src/flash/ram.c src/flash/line.c $(FLASH_WORLD),-lz)

# The firmware is a table of the tests' functions.
EFI_UNIT_SRCS := $(addprefix src/efi/,initrd.c kernel.c loader.c options.c pe.c pe_load.c tree.c)
EFI_WORLD := test/unit/efi/efi_world.c test/unit/efi/efi_world_said.c test/unit/efi/efi_world_initrd.c src/describe_record.c tree src/plan/plan.c src/plan/status.c $(DIGEST_SRCS) test/unit/fdt/trees.c
$(call unit,efi/efi_start,$(EFI_UNIT_SRCS) $(EFI_WORLD),-lfdt)
$(call unit,efi/efi_leave_tree,src/efi/leave_tree.c $(EFI_UNIT_SRCS) $(EFI_WORLD),-lfdt)

# A UART's registers are an array here.
$(call unit,console/uart,src/console/uart.c $(wildcard src/console/uart_*.c))
$(call unit,console/earlycon,src/console/earlycon.c)
# Two drivers are a model in virtual time. hooked_ring.o calls the test before each of its accesses to memory.
RING_SRCS := $(addprefix src/console/,console.c uart.c uart_room.c uart_geni.c uart_linflex.c uart_row.c uart_scif.c uart_uartdm.c) \
	test/unit/console/uart_model.c
$(call unit,console/ring,src/console/output_ring.c $(RING_SRCS))
$(call unit,console/ring_exception,hooked_ring $(RING_SRCS))

# The purgatory's checks and its tree. As in the object, libfdt has no checks; the tests' libfdt, the system's, has.
# purgatory.o is therefore linked first, and exports the entry points only.
PURGATORY_TEST := test/unit/purgatory
PURGATORY_WORLD := purgatory $(addprefix $(PURGATORY_TEST)/purgatory_,symbols.c boot.c) src/stage.c $(DIGEST_SRCS)
$(call unit,purgatory/purgatory_plan,src/purgatory/purgatory_plan.c src/plan/status.c $(PURGATORY_TEST)/purgatory_symbols.c)
$(call unit,purgatory/purgatory_check,$(PURGATORY_WORLD) test/unit/fdt/trees.c,-lfdt)
$(call unit,purgatory/purgatory_tree purgatory/purgatory_sequence,$(PURGATORY_WORLD) $(PURGATORY_TEST)/tree_reference.c \
	test/unit/fdt/record_reference.c test/unit/fdt/trees.c src/plan/status.c,-lfdt)

# Tables leave out zero fields. -O1: the sanitizers do the work, and gdb still finds its way.
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all
UNIT_FOLDERS := $(patsubst %/,%,$(wildcard test/unit/*/))
UNIT_CFLAGS = $(HOST_CFLAGS) -O1 -g $(SANITIZE) -Wno-missing-field-initializers -iquote test/unit \
	$(UNIT_FOLDERS:%=-iquote %)
UNIT_OBJ := $(O)/obj/unit
$(eval $(call compile,unit,HOSTCC,UNIT_CFLAGS,NO_DEFS,unit-toolchain))
$(TREE_SRCS:%=$(UNIT_OBJ)/%.o) $(call libfdt_objects,unit): UNIT_CFLAGS += -isystem $(LIBFDT_SRC) -include src/fdt/aligned_cells.h
$(UNIT_OBJ)/tree.o: $(TREE_SRCS:%=$(UNIT_OBJ)/%.o) $(call libfdt_objects,unit)
	$(HOSTCC) -r -nostdlib -o $@ $^
	objcopy -w --keep-global-symbol='lethe_*' $@
$(patsubst %,$(UNIT_OBJ)/src/efi/%.c.o,tree leave_tree): UNIT_CFLAGS += -isystem $(LIBFDT_SRC) -include src/fdt/aligned_cells.h
# A map in use depends on the stores before and after each fence: table_live.c checks the order.
$(UNIT_OBJ)/src/cpu/idmap.c.o: UNIT_CFLAGS += -include test/unit/cpu/fence.h

$(patsubst %,$(UNIT_OBJ)/%.o,$(wildcard src/monitor/*.c src/hold/*.c) src/el3/call.c src/el3/wake.c): UNIT_CFLAGS += -include test/unit/monitor/other_cpu.h

HOOKED_UNIT_CFLAGS = $(HOST_CFLAGS) -O1 -g -fsanitize=thread
$(eval $(call compile,unit-hooked,HOSTCC,HOOKED_UNIT_CFLAGS,NO_DEFS,unit-toolchain))
$(UNIT_OBJ)/hooked_ring.o: $(O)/obj/unit-hooked/src/console/output_ring.c.o
	cp $< $@

PURGATORY_UNIT_SRCS := src/main.c src/run.c $(addprefix src/purgatory/,purgatory_main.c check.c memory.c read.c verify.c describe.c \
	absent.c purgatory_plan.c) \
	$(addprefix src/fdt/,fdt_check.c fdt_get.c fdt_stdout.c fdt_uart.c fdt_walk.c record.c) src/plan/status.c src/digest/progress.c \
	$(PURGATORY_TEST)/purgatory_sequence.c
PURGATORY_UNIT_CFLAGS = $(UNIT_CFLAGS) -DLETHE_PURGATORY -include src/fdt/aligned_cells.h -isystem $(LIBFDT_SRC)
$(eval $(call compile,unit-purgatory,HOSTCC,PURGATORY_UNIT_CFLAGS,NO_DEFS,unit-toolchain))
$(call libfdt_objects,unit-purgatory): LIBFDT_CPPFLAGS = -DFDT_ASSUME_MASK=0xff
# gcc leaves variables in sections of their own without red zones; clang does not.
$(O)/obj/unit-purgatory/src/purgatory/describe.c.o: PURGATORY_UNIT_CFLAGS += \
	$(if $(findstring clang,$(HOSTCC)),,-fsanitize-sections=.pool)
$(O)/obj/unit-purgatory/src/purgatory/verify.c.o: PURGATORY_UNIT_CFLAGS += -Dlethe_sha256_blocks=sequence_digest
$(UNIT_OBJ)/purgatory.o: $(PURGATORY_UNIT_SRCS:%=$(O)/obj/unit-purgatory/%.o) $(call libfdt_objects,unit-purgatory)
	$(HOSTCC) -r -nostdlib -o $@ $^
	objcopy -w --keep-global-symbol='lethe_purgatory_*' --keep-global-symbol='sequence_*' $@

UNIT_PROGRAMS := $(foreach test,$(UNIT_TESTS),$(O)/test/unit/$(dir $(test))test_$(notdir $(test)))
define unit_program
$(O)/test/unit/$(dir $(1))test_$(notdir $(1)): $(UNIT_OBJ)/test/unit/$(dir $(1))test_$(notdir $(1)).c.o \
		$(UNIT_SRCS_$(notdir $(1)):%=$(UNIT_OBJ)/%.o)
	mkdir -p $$(@D)
	$$(HOSTCC) $$(SANITIZE) -o $$@ $$^ $(UNIT_LIBS_$(notdir $(1))) -lcmocka
endef
$(foreach test,$(UNIT_TESTS),$(eval $(call unit_program,$(test))))

# One sentence in place of many compiler errors.
.PHONY: check-unit unit-toolchain
unit-toolchain: | host-toolchain
	$(NEED) --for check --only 'python cmocka dtc'
$(CAVP): | unit-toolchain
check-unit: $(UNIT_PROGRAMS) $(CAVP)
	CAVP='$(abspath $(CAVP))' $(TEST_PYTHON) test/run_programs.py --times $(O)/test/unit/times.tsv $(UNIT_PROGRAMS)

# What Lethe reads in trees of real boards, for test/tool/test_boards.py.
$(VERDICTS): $(UNIT_OBJ)/test/unit/fdt/verdicts.c.o $(UNIT_OBJ)/tree.o $(UNIT_OBJ)/src/plan/status.c.o
	mkdir -p $(@D)
	$(HOSTCC) $(SANITIZE) -o $@ $^
