# SPDX-License-Identifier: BSD-2-Clause
UNIT_TESTS += idmap
UNIT_SRCS_idmap := src/idmap.c test/unit/table_walk.c
