# SPDX-License-Identifier: BSD-2-Clause
.PHONY: audit
audit: $(O)/lethe.elf $(O)/purgatory.ro $(O)/liblethe.a examples
	O='$(O)' CROSS_COMPILE='$(CROSS_COMPILE)' $(PYTHON) test/audit/audit.py
