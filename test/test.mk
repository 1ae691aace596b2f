# SPDX-License-Identifier: BSD-2-Clause
#
# The suites that are one command: the host command from outside, the audits, the builds, the mutants. Each has a
# folder of its own; unit tests, fuzzers, guests and boots have a makefile there.

# The Python modules that several suites share; each suite adds its own folder.
TEST_PYTHON = PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=test/qemu/harness:test/cohsan:test/mutants:test/tool $(PYTHON)

# pytest on both cores if xdist is there; the tests do not know.
PYTEST_JOBS = $(shell $(PYTHON) -c 'import xdist' 2>/dev/null && printf %s '-n 2')
PYTEST = $(TEST_PYTHON) -m pytest -q -p no:cacheprovider $(PYTEST_JOBS) $(if $(K),-k '$(K)')

# Said before anything is fetched for a suite that then could not run.
.PHONY: pytest-toolchain
pytest-toolchain:
	$(NEED) --for check --only 'python pytest dtc'
$(KEXEC): | pytest-toolchain

# The host command from outside, and the second writer of plans against it. flips is the command's own objects with
# another main(); verdicts, what Lethe reads in the trees of boards (unit.mk). -long: the kexec of Debian's other release, too.
.PHONY: check-tool check-tool-long
FLIPS := $(O)/test/tool/flips
VERDICTS := $(O)/test/unit/fdt/verdicts
$(FLIPS): test/tool/flips.c test/unit/random.h $(TOOL_OBJS)
	mkdir -p $(@D)
	$(HOSTCC) $(HOST_CFLAGS) $(WARN) $(INCLUDES) -iquote test/unit -o $@ $< $(filter-out %/main.c.o,$(TOOL_OBJS)) -lfdt -lz -lzstd
check-tool-long: $(KEXEC_OTHER)
check-tool check-tool-long: $(O)/lethe $(FLIPS) $(VERDICTS) $(DTBS) $(KEXEC) $(KERNEL) $(BUSYBOX) | pytest-toolchain
	mkdir -p $(O)/test/tool
	O='$(abspath $(O))' QEMU='$(QEMU)' KERNEL='$(abspath $(KERNEL))' BUSYBOX='$(abspath $(BUSYBOX))' \
		KEXECS='$(abspath $(KEXEC) $(if $(filter %-long,$@),$(KEXEC_OTHER)))' LETHE='$(abspath $(O))/lethe' \
		DTBS='$(abspath $(DTBS))' VERDICTS='$(abspath $(VERDICTS))' FLIPS_COUNT=$(if $(filter %-long,$@),10000,2500) \
		$(PYTEST) --junitxml=$(O)/test/tool/result.xml test/tool

# One test after the other: several run `make run`, all in one folder.
.PHONY: check-build check-build-long
check-build check-build-long: all $(O)/arm64/lethe $(KERNEL) $(BUSYBOX) | pytest-toolchain
	status=0; O='$(O)' MAKE='$(MAKE)' CROSS_COMPILE='$(CROSS_COMPILE)' HOSTCC='$(HOSTCC)' NEWLIB_SRC='$(NEWLIB_SRC)' \
		LIBFDT_SRC='$(LIBFDT_SRC)' test/build/test_build.sh || status=1; \
	$(foreach v,O NEWLIB_SRC LIBFDT_SRC KERNEL BUSYBOX ARM64_LIBS,$(v)='$(abspath $($(v)))') QEMU='$(abspath $(QEMU))' \
		CROSS_COMPILE='$(CROSS_COMPILE)' $(TEST_PYTHON) -m pytest -q -p no:cacheprovider --junitxml=$(O)/test/build/result.xml $(if $(filter %-long,$@),--long) test/build || status=1; \
	exit $$status

# What if a barrier were missing? mutants tries all, check-mutants six that the commit chooses.
# One function, one kind, or one program (blob, cpus, library, flash): `make mutants ONLY=lethe_handoff`.
ONLY ?=
.PHONY: mutants check-mutants
mutants check-mutants: $(O)/lethe $(O)/lethe.elf $(O)/lethe-cpus.elf $(O)/cohsan.so $(addprefix $(O)/test/qemu/, \
		payload-virt.img payload-evb.img hostile.img relocate.img library.img \
		spin-firmware.img turns.img returns.img)
	O='$(O)' QEMU='$(QEMU)' CROSS_COMPILE='$(CROSS_COMPILE)' NEWLIB_SRC='$(abspath $(NEWLIB_SRC))' \
		LIBFDT_SRC='$(abspath $(LIBFDT_SRC))' $(TEST_PYTHON) test/mutants/mutants.py \
		$(if $(filter check-%,$@),--sample 6,--only '$(ONLY)')
