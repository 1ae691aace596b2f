/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_TOOL_HELP_H
#define LETHE_TOOL_HELP_H

/* Texts of --help; lethe(1) says the same at length. Arrays: a static table can hold them. */
extern const char help_main[];
extern const char help_pack[];
extern const char help_inspect[];
extern const char help_verify[];
extern const char help_record[];
extern const char help_graft[];
extern const char help_flash[];

#endif
