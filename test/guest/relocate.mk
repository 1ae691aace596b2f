# SPDX-License-Identifier: BSD-2-Clause
#
# What test/qemu/test_relocate.py runs: the library's own object behind a program that calls it.
RELOCATE_PROGRAM := $(O)/test/qemu/relocate.img
check-qemu check-qemu-long: $(O)/cohsan.so $(O)/meter.so $(RELOCATE_PROGRAM)
$(RELOCATE_PROGRAM): test/qemu/relocate/program.S $(O)/src/relocate.S.o
	mkdir -p $(@D)
	$(CC_TARGET) -nostdlib -static $(QEMU_LDFLAGS) -o $(@:.img=.elf) $^
	$(OBJCOPY_TARGET) -O binary $(@:.img=.elf) $@
