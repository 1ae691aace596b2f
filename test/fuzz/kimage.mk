# SPDX-License-Identifier: BSD-2-Clause
FUZZ_TARGETS += kimage
FUZZ_LONG_kimage := 10000000
FUZZ_SRCS_kimage := src/kimage.c src/status.c test/unit/kimage_world.c \
	test/unit/kimage_compare.c test/unit/kimage_reference.c
