# SPDX-License-Identifier: BSD-2-Clause
#
# deps.mk: the places of the tools and sources that Lethe needs, and the way to fetch them. Each variable can be given
# on the command line; downloads go to $(O)/deps.
#
#	deps			get all needs of run, check and bench
#	deps-build, -run, -check, -bench, -long
#				get the needs of one goal: silent and quick if complete
#
# Plain `make` downloads no file. Let run, check and bench call deps-* first and build in a make of
# its own, which then finds the sources and the compiler.

O ?= build
DEPS ?= auto
DEPS_DIR := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))

ifeq ($(origin CROSS_COMPILE),undefined)
CROSS_COMPILE := $(shell $(DEPS_DIR)/cross.sh)
endif
# The compiler for programs of the arm64 guest: it has a C library.
ARM64_CC ?= $(if $(filter aarch64,$(shell uname -m)),cc,aarch64-linux-gnu-gcc)

NEWLIB_SRC ?= $(O)/deps/newlib
LIBFDT_SRC ?= $(O)/deps/libfdt
KERNEL ?= $(O)/deps/kernel/Image
KERNELS ?= $(O)/deps/kernels
KERNELS_GENERIC ?= $(O)/deps/kernels-generic
KERNEL_16K ?= $(O)/deps/kernel-16k
DTBS ?= $(O)/deps/dtbs
BUSYBOX ?= $(O)/deps/busybox
UBOOT ?= $(O)/deps/u-boot.bin
EDK2 ?= $(O)/deps/edk2.fd
UEFI ?= $(O)/deps/uefi
XEN ?= $(O)/deps/xen
KEXEC ?= $(O)/deps/kexec
KEXEC_OTHER ?= $(O)/deps/kexec-other
CAVP ?= $(O)/deps/cavp
KEXEC_SRC ?= $(O)/deps/kexec-src
KEXEC_TOOLS_SRC ?= $(O)/deps/kexec-tools-src
KEXEC_TOOLS_OTHER_SRC ?= $(O)/deps/kexec-tools-other-src
OPENSSL_SRC ?= $(O)/deps/openssl-src
LINUX_SRC ?= $(O)/deps/linux-src.tar.xz
TFA_SRC ?= $(O)/deps/tfa-src
ARM64_LIBS ?= $(O)/deps/arm64
# These two are evaluated once, on first use: only then may the tools exist.
ifeq ($(origin QEMU),undefined)
QEMU = $(eval QEMU := $$(shell O='$(O)' $(DEPS_DIR)/qemu.sh))$(QEMU)
endif
ifeq ($(origin PYTHON),undefined)
PYTHON = $(eval PYTHON := $$(shell $(DEPS_DIR)/python.sh))$(PYTHON)
endif

DEPS_ENV = O='$(O)' DEPS='$(DEPS)' CROSS_COMPILE='$(CROSS_COMPILE)' ARM64_CC='$(ARM64_CC)' \
	NEWLIB_SRC='$(NEWLIB_SRC)' LIBFDT_SRC='$(LIBFDT_SRC)' KERNEL='$(KERNEL)' \
	KERNELS='$(KERNELS)' KERNELS_GENERIC='$(KERNELS_GENERIC)' KERNEL_16K='$(KERNEL_16K)' DTBS='$(DTBS)' \
	BUSYBOX='$(BUSYBOX)' UBOOT='$(UBOOT)' EDK2='$(EDK2)' UEFI='$(UEFI)' XEN='$(XEN)' KEXEC='$(KEXEC)' CAVP='$(CAVP)' KEXEC_SRC='$(KEXEC_SRC)' \
	KEXEC_OTHER='$(KEXEC_OTHER)' KEXEC_TOOLS_SRC='$(KEXEC_TOOLS_SRC)' \
	KEXEC_TOOLS_OTHER_SRC='$(KEXEC_TOOLS_OTHER_SRC)' OPENSSL_SRC='$(OPENSSL_SRC)' LINUX_SRC='$(LINUX_SRC)' TFA_SRC='$(TFA_SRC)' \
	ARM64_LIBS='$(ARM64_LIBS)' QEMU='$(QEMU)'

# $(NEED) --for GOAL, or --only "NAME...": names all missing parts in one sentence, and fails; downloads no file.
NEED = $(DEPS_ENV) HOSTCC='$(HOSTCC)' $(DEPS_DIR)/deps.sh --need

.PHONY: deps deps-build deps-run deps-check deps-bench deps-long
deps:
	@$(DEPS_ENV) $(DEPS_DIR)/deps.sh
deps-build deps-run deps-check deps-bench deps-long:
	@$(DEPS_ENV) $(DEPS_DIR)/deps.sh --for $(@:deps-%=%)

$(O)/deps/kernel/Image:
	@$(DEPS_ENV) $(DEPS_DIR)/deps.sh --only kernel
$(O)/deps/kernels:
	@$(DEPS_ENV) $(DEPS_DIR)/deps.sh --only kernels
$(O)/deps/kernels-generic:
	@$(DEPS_ENV) $(DEPS_DIR)/deps.sh --for long --only kernels-generic
$(O)/deps/kernel-16k:
	@$(DEPS_ENV) $(DEPS_DIR)/deps.sh --for long --only kernel-16k
$(O)/deps/dtbs:
	@$(DEPS_ENV) $(DEPS_DIR)/deps.sh --only dtbs
$(O)/deps/busybox:
	@$(DEPS_ENV) $(DEPS_DIR)/deps.sh --only busybox
$(O)/deps/u-boot.bin:
	@$(DEPS_ENV) $(DEPS_DIR)/deps.sh --only u-boot
$(O)/deps/edk2.fd:
	@$(DEPS_ENV) $(DEPS_DIR)/deps.sh --only edk2
$(O)/deps/uefi:
	@$(DEPS_ENV) $(DEPS_DIR)/deps.sh --only uefi
$(O)/deps/xen:
	@$(DEPS_ENV) $(DEPS_DIR)/deps.sh --for long --only xen
$(O)/deps/kexec:
	@$(DEPS_ENV) $(DEPS_DIR)/deps.sh --only kexec
$(O)/deps/kexec-other:
	@$(DEPS_ENV) $(DEPS_DIR)/deps.sh --for long --only kexec-other
$(O)/deps/kexec-tools-src $(O)/deps/kexec-tools-other-src:
	@$(DEPS_ENV) $(DEPS_DIR)/deps.sh --for long --only patch
	@$(DEPS_ENV) $(DEPS_DIR)/deps.sh --for long --only $(@F)
$(O)/deps/cavp:
	@$(DEPS_ENV) $(DEPS_DIR)/deps.sh --only cavp
$(O)/deps/arm64:
	@$(DEPS_ENV) $(DEPS_DIR)/deps.sh --only arm64
$(O)/deps/qemu/qemu-system-aarch64:
	@$(DEPS_ENV) $(DEPS_DIR)/deps.sh --only qemu

# Reached only if a source file of the build is missing.
$(NEWLIB_SRC)/%:
	@echo "make: no newlib source $@: run 'make deps', or give NEWLIB_SRC=folder" >&2; exit 1
$(LIBFDT_SRC)/%:
	@echo "make: no libfdt source $@: run 'make deps', or give LIBFDT_SRC=folder" >&2; exit 1
$(KEXEC_SRC)/%:
	@echo "make: no kexec-tools source $@: run 'make deps-bench', or give KEXEC_SRC=folder" >&2; exit 1
$(OPENSSL_SRC)/%:
	@echo "make: no OpenSSL source $@: run 'make deps-bench', or give OPENSSL_SRC=folder" >&2; exit 1
