# SPDX-License-Identifier: BSD-2-Clause
UNIT_TESTS += kimage_property
UNIT_KIMAGE_SRCS := src/kimage.c src/status.c test/unit/kimage_world.c test/unit/kimage_reference.c
UNIT_SRCS_kimage_property := $(UNIT_KIMAGE_SRCS)
check-long: export KIMAGE_LISTS ?= 10000
