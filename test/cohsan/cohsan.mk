# SPDX-License-Identifier: BSD-2-Clause
#
# The judge for cache coherence: docs/cohsan.md. It needs nothing but a C library.

COHSAN_SRCS := $(wildcard test/qemu/cohsan/*.c)
COHSAN_CFLAGS = -std=gnu11 -O2 -flto -g $(WARN) $(PREFIX_MAP) -fPIC -shared -fvisibility=hidden -pthread

all: $(O)/cohsan.so
$(O)/cohsan.so: $(COHSAN_SRCS) test/qemu/cohsan/cohsan.h test/qemu/plugin/qemu_plugin.h
	mkdir -p $(@D)
	$(HOSTCC) $(COHSAN_CFLAGS) -o $@ $(COHSAN_SRCS)
