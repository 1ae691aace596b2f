# SPDX-License-Identifier: BSD-2-Clause
#
# Small programs, right and wrong, for the judge of cache coherence: test_cohsan.py.

COHSAN_SOURCES := $(wildcard test/qemu/cohsan/programs/*.S)
COHSAN_BUILT := $(COHSAN_SOURCES:test/qemu/cohsan/programs/%.S=$(O)/test/qemu/cohsan/%.built)

check-qemu check-qemu-long: $(O)/cohsan.so $(COHSAN_BUILT)

# One file is a family: all its cases at all levels.
$(O)/test/qemu/cohsan/%.built: test/qemu/cohsan/programs/%.S test/qemu/cohsan/programs/common.h \
		test/qemu/cohsan/programs/link.ld test/qemu/programs.py
	mkdir -p $(@D)
	PYTHONDONTWRITEBYTECODE=1 $(PYTHON) test/qemu/programs.py build $(@D) $< \
		'$(CC_TARGET)' '$(OBJCOPY_TARGET)'
	touch $@
