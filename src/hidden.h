/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Forced into every C file of the blob: -fvisibility=hidden covers definitions only, and a mere
 * declaration of an object would be reached through a GOT that nobody relocates.
 */
#pragma GCC visibility push(hidden)
