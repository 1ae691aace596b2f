# SPDX-License-Identifier: BSD-2-Clause
#
# make bench-flash, a part of make bench: the front end of a flash file. FLASH_MIB: of the kernel behind it.
FLASH_MIB ?= 30

.PHONY: bench-flash
bench-flash: $(O)/meter.so $(O)/lethe $(O)/test/qemu/payload-virt.img
	$(BENCH_ENV) $(PYTHON) bench/front_end.py $(FLASH_MIB)
