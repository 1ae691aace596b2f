/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Forced into every C file of the blob. -fvisibility=hidden covers only definitions: without this
 * pragma the compiler reaches declared objects through a GOT, and Lethe does not relocate a GOT.
 */
#pragma GCC visibility push(hidden)
