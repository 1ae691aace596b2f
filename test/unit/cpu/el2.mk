# SPDX-License-Identifier: BSD-2-Clause
UNIT_TESTS += el2_regs
UNIT_SRCS_el2_regs := src/el2_regs.c
