# SPDX-License-Identifier: BSD-2-Clause
#
# What test/qemu/test_kimage_cost.py runs: the library's own object behind a program that calls it.
KIMAGE_PROGRAM := $(O)/test/qemu/kimage.img
KIMAGE_OBJS := $(O)/src/kimage.c.o $(O)/src/status.c.o
check-qemu check-qemu-long: $(O)/meter.so $(KIMAGE_PROGRAM)
$(KIMAGE_PROGRAM): test/qemu/kimage/program.S $(KIMAGE_OBJS)
	mkdir -p $(@D)
	$(CC_TARGET) -nostdlib -static $(QEMU_LDFLAGS) -Wl,--gc-sections -o $(@:.img=.elf) $^
	$(OBJCOPY_TARGET) -O binary $(@:.img=.elf) $@
