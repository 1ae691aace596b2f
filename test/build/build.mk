# SPDX-License-Identifier: BSD-2-Clause
.PHONY: check-build
check-build: all
	O='$(O)' MAKE='$(MAKE)' CROSS_COMPILE='$(CROSS_COMPILE)' HOSTCC='$(HOSTCC)' NEWLIB_SRC='$(NEWLIB_SRC)' \
		LIBFDT_SRC='$(LIBFDT_SRC)' test/build/test_build.sh
