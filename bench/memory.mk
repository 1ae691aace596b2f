# SPDX-License-Identifier: BSD-2-Clause
#
# make bench-memory, a part of make bench: memmove() and memset() at any alignment. MEMORY_KIB: of how much.
MEMORY_KIB ?= 1024

.PHONY: bench-memory
bench-memory: $(O)/meter.so $(O)/test/qemu/memmove.img $(O)/bench/memmove-newlib.img
	$(BENCH_ENV) $(PYTHON) bench/memory.py $(MEMORY_KIB)
# The same program with newlib's own memmove.
$(O)/bench/memmove-newlib.img: $(MEMMOVE_OWN) $(addprefix $(O)/newlib/,memcpy.o memmove.o memset.o)
	mkdir -p $(@D)
	$(CC_TARGET) -nostdlib -static $(QEMU_LDFLAGS) -Wl,--gc-sections -o $(@:.img=.elf) $^
	$(OBJCOPY_TARGET) -O binary $(@:.img=.elf) $@
