# SPDX-License-Identifier: BSD-2-Clause
#
# make bench-model, a part of make bench: cycles of the inner loops, by llvm-mca's models.
.PHONY: bench-model
bench-model: $(DIGESTS:%=$(O)/bench/digest/%.elf) $(addprefix $(O)/test/qemu/,relocate.img hostile.img)
	$(BENCH_ENV) $(PYTHON) bench/model.py $(filter lethe-% kexec-tools,$(DIGESTS))
