# SPDX-License-Identifier: BSD-2-Clause
#
# efi.bin: the EFI door, a link of its own, which pack puts behind a bundle. lethe-efi.elf is the same with its symbols.
EFI_OBJS := $(call objects,efi) $(call libfdt_objects,efi) $(NEWLIB_OBJS)
EFI_CFLAGS = $(filter-out -DLETHE_BLOB,$(BLOB_CFLAGS)) -DLETHE_EFI_DOOR -DLETHE_SHA256_SIMD=1
$(eval $(call compile,efi,CC_TARGET,EFI_CFLAGS,NO_DEFS,toolchain $(NEWLIB_HEADERS)))

$(O)/lethe-efi.elf: src/efi/efi.ld src/sections.ld $(EFI_OBJS)
	echo '  LINK    $@'
	$(CC_TARGET) $(EFI_CFLAGS) $(LINK_FLAGS) -Wl,-Map=$@.map,-Lsrc,-T,$< -o $@ $(EFI_OBJS)
$(O)/efi.bin: $(O)/lethe-efi.elf
	$(OBJCOPY_TARGET) -O binary $(foreach s,text rodata data sbat,-j .$(s) --set-section-flags .$(s)=alloc,load,contents) $< $@
	echo "efi.bin: $$(wc -c <$@) of 33280 bytes"
