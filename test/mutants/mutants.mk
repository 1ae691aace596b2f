# SPDX-License-Identifier: BSD-2-Clause
#
# What if a barrier were missing? mutants tries all, check-mutants ten that the commit chooses.
# One function, or one kind: `make mutants ONLY=lethe_handoff`.

ONLY ?=
MUTANTS = O='$(O)' QEMU='$(QEMU)' CROSS_COMPILE='$(CROSS_COMPILE)' PYTHONDONTWRITEBYTECODE=1 \
	$(PYTHON) test/mutants/mutants.py

.PHONY: mutants check-mutants
mutants check-mutants: $(O)/lethe $(O)/lethe.elf $(O)/cohsan.so $(addprefix $(O)/test/qemu/, \
		payload-virt.img payload-evb.img hostile.img relocate.img library.img)
	$(MUTANTS) $(if $(filter check-%,$@),--sample 10,--only '$(ONLY)')
