# SPDX-License-Identifier: BSD-2-Clause
#
# make bench-goals, a part of make bench: a row for each goal. The first tier counts the same rows small.
.PHONY: bench-goals
bench-goals: $(O)/meter.so $(O)/lethe $(addprefix $(O)/test/qemu/,payload-virt.img hostile.img kimage.img memmove.img slow-uart.img) $(DTBS) $(GOALS_PROGRAMS)
	$(BENCH_ENV) DTBS='$(abspath $(DTBS))' $(PYTHON) bench/goals.py
