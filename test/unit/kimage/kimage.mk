# SPDX-License-Identifier: BSD-2-Clause
UNIT_TESTS += kimage kimage_limits kimage_order kimage_property
UNIT_KIMAGE_SRCS := src/kimage.c src/status.c test/unit/kimage_world.c \
	test/unit/kimage_compare.c test/unit/kimage_reference.c
UNIT_SRCS_kimage := $(UNIT_KIMAGE_SRCS) test/unit/kimage_case.c
UNIT_SRCS_kimage_limits := $(UNIT_SRCS_kimage)
UNIT_SRCS_kimage_order := $(UNIT_SRCS_kimage)
UNIT_SRCS_kimage_property := $(UNIT_KIMAGE_SRCS)
check-long: export KIMAGE_LISTS ?= 10000
