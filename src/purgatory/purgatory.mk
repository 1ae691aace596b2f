# SPDX-License-Identifier: BSD-2-Clause
#
# purgatory.ro: the blob's parts with a door, stages and a link of their own, wrapped by object.S.
# libfdt is optimized for the purgatory: double checks and uncalled functions are removed.
PURGATORY := $(O)/obj/purgatory
# newlib's functions in small form, loops of single bytes: the purgatory passes no large ranges.
PURGATORY_NEWLIB := $(NEWLIB_FUNCS:%=$(PURGATORY)/newlib/%.o)
PURGATORY_OBJS := $(call objects,purgatory) $(call libfdt_objects,purgatory) $(PURGATORY_NEWLIB)
# Code moved out of a loop needs more registers, and those need instructions that save and restore.
PURGATORY_CFLAGS = $(BLOB_CFLAGS) -DLETHE_PURGATORY -DLETHE_SHA256_SIMD=1 \
	-fno-tree-loop-optimize -fno-move-loop-invariants
PURGATORY_ASFLAGS := -DLETHE_PURGATORY
$(eval $(call compile,purgatory,CC_TARGET,PURGATORY_CFLAGS,PURGATORY_ASFLAGS,toolchain $(NEWLIB_HEADERS)))

$(call libfdt_objects,purgatory): LIBFDT_CPPFLAGS = -I$(LIBFDT_SRC) -DFDT_ASSUME_MASK=0xff -isystem $(LIBFDT_SRC)
$(PURGATORY)/newlib/%.o: $(NEWLIB_SRC)/newlib/libc/string/%.c $(RULES) $(NEWLIB_HEADERS)
	mkdir -p $(@D)
	$(CC_TARGET) $(TARGET_CFLAGS) $(NEWLIB_CPPFLAGS) $(NEWLIB_CFLAGS:-O2=-Os) -c -o $@ $<
$(O)/purgatory.elf: src/purgatory/purgatory.ld src/sections.ld $(PURGATORY_OBJS)
	echo '  LINK    $@'
	$(CC_TARGET) $(PURGATORY_CFLAGS) $(LINK_FLAGS) -Wl,-Map=$@.map,-Lsrc,-T,$< -o $@ $(PURGATORY_OBJS)
# The linked program's symbols as assembler constants, for object.S.
$(PURGATORY)/layout.inc: $(O)/purgatory.elf
	$(CROSS_COMPILE)nm $< | sed -n 's/^\([0-9a-f]*\) . \([A-Za-z_0-9]*\)$$/.set AT_\2, 0x\1/p' >$@
$(PURGATORY)/purgatory.bin: $(O)/purgatory.elf
	$(OBJCOPY_TARGET) -O binary -j .text -j .rodata $< $@
$(O)/purgatory.ro: src/purgatory/object.S $(PURGATORY)/layout.inc $(PURGATORY)/purgatory.bin
	$(CC_TARGET) -DPURGATORY_BIN='"$(PURGATORY)/purgatory.bin"' -Wa,-I,$(PURGATORY) -c -o $(PURGATORY)/ro.o $<
	$(OBJCOPY_TARGET) -O binary -j .text $(PURGATORY)/ro.o $@
	size=$$(wc -c <$@); budget=$$(($$(sed -n 's/.*AT_LETHE_BUDGET, //p' $(PURGATORY)/layout.inc))); \
		echo "purgatory.ro: $$size of $$budget bytes"; [ "$$size" -le "$$budget" ]
