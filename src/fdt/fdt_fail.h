/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LETHE_FDT_FAIL_H
#define LETHE_FDT_FAIL_H

/* Bytes that the structure block grows by, behind the node's name. */
#define LETHE_FDT_FAIL_SIZE 24

/*
 * Gives a node of an open tree, a result of lethe_fdt_fixup(), status = "fail-lethe": the payload
 * has to leave the CPU alone (Devicetree Specification, 2.3.4; Linux starts a "disabled" one).
 *
 * node: the offset in the structure block.
 *
 * Return: 0
 *         LETHE_E_TREE_NOSPACE  the tree is as it was, but for the node's old status
 */
int lethe_fdt_fail(void *tree, int node);

#endif
