# SPDX-License-Identifier: BSD-2-Clause
#
# make bench-library, a part of make bench: lethe_boot() on a list. LIBRARY_MIB: how much it moves.
LIBRARY_MIB ?= 1 64 1024

.PHONY: bench-library
bench-library: $(O)/meter.so $(O)/bench/library.img
	$(BENCH_ENV) $(PYTHON) bench/library.py $(LIBRARY_MIB)
$(O)/bench/library.img: bench/library/start.S bench/library/main.c examples/minimal/link.ld $(O)/liblethe.a
	mkdir -p $(@D)
	$(CC_TARGET) -std=gnu11 -O2 -ffreestanding -fno-pie -fno-stack-protector -mstrict-align \
		-mgeneral-regs-only $(PREFIX_MAP) $(WARN) -Iinclude -nostdlib -static \
		-Wl,--build-id=none,-z,noexecstack,--no-warn-rwx-segments,-T,examples/minimal/link.ld \
		-o $(@:.img=.elf) $(filter %.S %.c %.a,$^)
	$(OBJCOPY_TARGET) -O binary $(@:.img=.elf) $@
