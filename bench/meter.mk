# SPDX-License-Identifier: BSD-2-Clause
#
# The meter, a plugin of QEMU's: docs/bench.md. QEMU resolves what it calls, GLib's too.
METER_SRCS := $(wildcard bench/meter/*.c)
$(O)/meter.so: $(METER_SRCS) $(wildcard bench/meter/*.h) test/qemu/plugin/qemu_plugin.h
	mkdir -p $(@D)
	$(HOSTCC) -std=gnu11 -O2 -fPIC -shared -fvisibility=hidden $(WARN) $(PREFIX_MAP) \
		-Ibench/meter -Itest/qemu/plugin -o $@ $(METER_SRCS)

# What test/qemu/test_meter.py has it count.
check-qemu check-qemu-long: $(O)/meter.so $(QEMU_TEST)/meter.img
$(QEMU_TEST)/meter.img: test/qemu/meter/program.S
	mkdir -p $(@D)
	$(CC_TARGET) -nostdlib -static $(QEMU_LDFLAGS) -o $(@:.img=.elf) $<
	$(OBJCOPY_TARGET) -O binary $(@:.img=.elf) $@
