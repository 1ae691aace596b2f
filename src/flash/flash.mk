# SPDX-License-Identifier: BSD-2-Clause
#
# flash.bin: the front end of a flash file, a link of its own. lethe-el3.elf is the same with its symbols.
FLASH_NEWLIB := $(NEWLIB_FUNCS:%=$(O)/obj/purgatory/newlib/%.o)
FLASH_OBJS := $(call objects,flash) $(FLASH_NEWLIB)
FLASH_CFLAGS = $(BLOB_CFLAGS)
$(eval $(call compile,flash,CC_TARGET,FLASH_CFLAGS,NO_DEFS,toolchain $(NEWLIB_HEADERS)))

$(O)/lethe-el3.elf: src/flash/flash.ld src/sections.ld $(FLASH_OBJS)
	echo '  LINK    $@'
	$(CC_TARGET) $(FLASH_CFLAGS) $(LINK_FLAGS) -Wl,-Map=$@.map,-Lsrc,-T,$< -o $@ $(FLASH_OBJS)
$(O)/flash.bin: $(O)/lethe-el3.elf
	$(OBJCOPY_TARGET) -O binary -j .text -j .rodata --pad-to 0x3000 --gap-fill 0xff $< $@
	echo "flash.bin: $$((0x$$($(CROSS_COMPILE)nm $< | sed -n 's/ . lethe_flash_code_end$$//p'))) of 12288 bytes"
