# SPDX-License-Identifier: BSD-2-Clause
#
# purgatory.ro: the blob's parts with a door, a road and a link of their own, wrapped by purgatory_elf.S.
# libfdt is optimized with it: what it checks twice and nobody calls goes.
PURGATORY := $(O)/purgatory
PURGATORY_FILES := entry.S mmu.S handoff.S cache.S halt.S sha256_ce.S sha256_scalar.S \
	vectors.S purgatory.S purgatory.c purgatory_plan.c purgatory_sink.c purgatory_tree.c \
	memory.c idmap.c mmu_regs.c sha256.c sha256_blocks.c cross.c purgatory_el2.c purgatory_check.c \
	stop.c acpi.c purgatory_report.c fault.c uart.c console.c psci.c stage.c time.c status.c \
	fdt_get.c fdt_stdout.c fdt_uart.c
# Loops of single bytes: nothing that is large goes through them.
PURGATORY_NEWLIB := $(NEWLIB_FUNCS:%=$(PURGATORY)/newlib/%.o)
PURGATORY_OBJS := $(PURGATORY_FILES:%=$(PURGATORY)/%.o) \
	$(LIBFDT_FILES:%=$(PURGATORY)/libfdt/%.o) $(PURGATORY_NEWLIB)
# What is moved out of a loop takes registers, and those take saves.
PURGATORY_CFLAGS = $(BLOB_CFLAGS) -DLETHE_PURGATORY -DLETHE_SHA256_SIMD=1 -include src/purgatory_fdt.h \
	-fno-tree-loop-optimize -fno-move-loop-invariants

$(PURGATORY)/sha256_blocks.c.o: TARGET_CFLAGS += $(if $(filter scalar,$(SHA)),-DLETHE_SHA_SCALAR)
$(PURGATORY)/newlib/%.o: $(NEWLIB_SRC)/newlib/libc/string/%.c $(NEWLIB_HEADERS) Makefile
	mkdir -p $(@D)
	$(CC_TARGET) $(TARGET_CFLAGS) $(NEWLIB_CPPFLAGS) $(NEWLIB_CFLAGS:-O2=-Os) -c -o $@ $<
$(PURGATORY)/%.S.o: src/%.S Makefile
	mkdir -p $(@D)
	$(CC_TARGET) $(PREFIX_MAP) -g -DLETHE_PURGATORY -Iinclude -MMD -MP -c -o $@ $<
$(PURGATORY)/%.c.o: src/%.c Makefile src/purgatory.mk | toolchain $(NEWLIB_HEADERS)
	mkdir -p $(@D)
	$(CC_TARGET) $(PURGATORY_CFLAGS) $(NEWLIB_CPPFLAGS) $(WARN) -Iinclude -isystem $(LIBFDT_SRC) -MMD -MP -c -o $@ $<
$(PURGATORY)/libfdt/%.o: $(LIBFDT_SRC)/%.c Makefile src/purgatory.mk | $(NEWLIB_HEADERS)
	mkdir -p $(@D)
	$(CC_TARGET) $(PURGATORY_CFLAGS) $(NEWLIB_CPPFLAGS) -w -I$(LIBFDT_SRC) -DFDT_ASSUME_MASK=0xff -isystem $(LIBFDT_SRC) -c -o $@ $<
$(O)/purgatory.elf: src/purgatory.ld $(PURGATORY_OBJS)
	$(CC_TARGET) $(PURGATORY_CFLAGS) -nostdlib -nostartfiles -Wl,-pie,--no-dynamic-linker,-z,noexecstack \
		-Wl,-z,max-page-size=4096,--gc-sections,--orphan-handling=error,--fix-cortex-a53-843419 \
		-Wl,--build-id=none,-Map=$@.map,-T,src/purgatory.ld -o $@ $(PURGATORY_OBJS)
# What the wrapper has to know of the link, as constants of the assembler's.
$(PURGATORY)/layout.inc: $(O)/purgatory.elf
	$(CROSS_COMPILE)nm $< | sed -n 's/^\([0-9a-f]*\) . \([a-z_0-9]*\)$$/.set AT_\2, 0x\1/p' >$@
$(PURGATORY)/purgatory.bin: $(O)/purgatory.elf
	$(OBJCOPY_TARGET) -O binary -j .text -j .rodata $< $@
$(O)/purgatory.ro: src/purgatory_elf.S $(PURGATORY)/layout.inc $(PURGATORY)/purgatory.bin
	$(CC_TARGET) -DPURGATORY_BIN='"$(PURGATORY)/purgatory.bin"' -Wa,-I,$(PURGATORY) -c -o $(PURGATORY)/ro.o $<
	$(OBJCOPY_TARGET) -O binary -j .text $(PURGATORY)/ro.o $@
	echo "purgatory.ro: $$(wc -c <$@) of 19104 bytes"
-include $(wildcard $(PURGATORY)/*.d)
