# SPDX-License-Identifier: BSD-2-Clause
#
# What test/qemu/test_library.py runs: a caller of the library door.
LIBRARY_PROGRAM := $(O)/test/qemu/library.img
check-qemu check-qemu-long: $(O)/cohsan.so $(LIBRARY_PROGRAM)
$(LIBRARY_PROGRAM): test/qemu/library/program.S $(addprefix test/qemu/library/,report.S link.ld) $(O)/liblethe.a
	mkdir -p $(@D)
	$(CC_TARGET) -nostdlib -static -Wl,--build-id=none,-z,noexecstack,--no-warn-rwx-segments \
		-T test/qemu/library/link.ld -o $(@:.img=.elf) $< $(O)/liblethe.a
	$(OBJCOPY_TARGET) -O binary $(@:.img=.elf) $@
