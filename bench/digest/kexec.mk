# SPDX-License-Identifier: BSD-2-Clause
#
# Run in a build folder, with srcdir= and CC=: kexec-tools' own rules for its purgatory, with the settings of
# kexec-tools' configure and top Makefile for arm64.
ARCH := arm64
TARGET_CC := $(CC)
MKDIR := mkdir
STRIP := true
PURGATORY_EXTRA_CFLAGS := -fno-zero-initialized-in-bss
objify = $(addsuffix .o, $(basename $(1)))
depify = $(addsuffix .d, $(basename $(1)))

.DEFAULT_GOAL := purgatory/purgatory.ro
include $(srcdir)/purgatory/Makefile

VPATH := $(srcdir)
%.o: %.c
	mkdir -p $(@D)
	$(COMPILE.c) -MD -o $@ $<
%.o: %.S
	mkdir -p $(@D)
	$(COMPILE.S) -o $@ $<
