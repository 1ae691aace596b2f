# SPDX-License-Identifier: BSD-2-Clause
#
# make bench-list, a part of make bench: the check of an indirection list. LIST_ENTRIES: about how many.
LIST_ENTRIES ?= 20000

.PHONY: bench-list
bench-list: $(O)/meter.so $(O)/test/qemu/kimage.img
	$(BENCH_ENV) $(PYTHON) bench/list.py $(LIST_ENTRIES)
