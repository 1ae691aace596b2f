# SPDX-License-Identifier: BSD-2-Clause
# The library's builder of plans, against the library's check.
UNIT_TESTS += plan_build
UNIT_SRCS_plan_build := $(addprefix src/,plan_build.c plan.c plan_entries.c plan_slots.c offsets.c sha256.c sha256_host.c status.c)
