# SPDX-License-Identifier: BSD-2-Clause
#
# What test/qemu/test_hyp.py runs: a caller of lethe_boot() above a hyp stub, at an Image's place; and the
# same high in RAM, where a kernel that is still there goes to it (test_kvm.py).
HYP_PROGRAMS := $(O)/test/qemu/hyp.img $(O)/test/qemu/hyp-high.img
HYP_SRCS := $(addprefix test/qemu/hyp/,start.S stub.S main.c)
HYP_CFLAGS = -std=gnu11 -O2 $(WARN) -ffreestanding -fno-pie -fno-stack-protector -mstrict-align \
	-mgeneral-regs-only -Iinclude

check-qemu check-qemu-long: $(HYP_PROGRAMS)
$(O)/test/qemu/hyp.img: HYP_BASE = 0x40200000
$(O)/test/qemu/hyp-high.img: HYP_BASE = 0x4c000000
$(HYP_PROGRAMS): $(HYP_SRCS) test/qemu/hyp/program.h test/qemu/hyp/link.ld $(O)/liblethe.a
	mkdir -p $(@D)
	$(CC_TARGET) $(HYP_CFLAGS) -nostdlib -static -Wl,--build-id=none,-z,noexecstack,--no-warn-rwx-segments \
		-Wl,--defsym,BASE=$(HYP_BASE) -T test/qemu/hyp/link.ld -o $(@:.img=.elf) $(HYP_SRCS) $(O)/liblethe.a
	$(OBJCOPY_TARGET) -O binary $(@:.img=.elf) $@
