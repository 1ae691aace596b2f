/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_VERSION_H
#define LETHE_VERSION_H

#define LETHE_VERSION "0.1.0"

#endif
