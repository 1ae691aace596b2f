# SPDX-License-Identifier: BSD-2-Clause
UNIT_TESTS += purgatory_plan
UNIT_SRCS_purgatory_plan := src/purgatory_plan.c src/status.c test/unit/purgatory_symbols.c
