# SPDX-License-Identifier: BSD-2-Clause
#
# make bench-relocate, a part of make bench: pages moved by a list. RELOCATE_MIB: how much.
RELOCATE_MIB ?= 1 64

.PHONY: bench-relocate
bench-relocate: $(O)/meter.so $(addprefix $(O)/test/qemu/,relocate.img hostile.img) $(O)/bench/relocate-plain.img
	$(BENCH_ENV) $(PYTHON) bench/relocate.py $(RELOCATE_MIB)
$(O)/bench/relocate-plain.img: test/guest/relocate/program.S bench/relocate.S
	mkdir -p $(@D)
	$(CC_TARGET) -nostdlib -static $(QEMU_LDFLAGS) -o $(@:.img=.elf) $^
	$(OBJCOPY_TARGET) -O binary $(@:.img=.elf) $@
