# SPDX-License-Identifier: BSD-2-Clause
"""Plans whose statements about Lethe itself the check refuses."""

import pytest

from images import Bundle, machine_tree, pack, ask_for_a_list
from machine import Machine

FAULT = (-503) & (1 << 64) - 1


@pytest.mark.parametrize("base, size", [(-4096, 4096), (0, -4096)], ids=["last page", "a page short"])
def test_workspace_that_is_not_the_blob(work, base, size):
    """Destinations are kept off the workspace, so the plan's has to be the blob's own place."""
    bundle = Bundle(pack(work + "/boot.img"))
    blob = bundle.plan("workspace_size")
    bundle.plan("workspace_base", base % blob)
    bundle.plan("workspace_size", size if size > 0 else blob + size)
    with Machine(bundle.save(work + "/bad.img")) as machine:
        machine.expect(r"^lethe: FAIL check: .*\(LETHE_E_PLAN_WORKSPACE\)$", "^lethe: halt$")


def test_packed_tree_of_a_plan_that_failed(work):
    """The tree's place was not computed, so it is not read: address 0 belongs to the secure world here."""
    tree = machine_tree(work + "/tree.dtb")
    bundle = Bundle(pack(work + "/boot.img", "--dtb", tree, "--force-dtb"))
    ask_for_a_list(bundle)
    with Machine(bundle.save(work + "/bad.img"), machine="virt,virtualization=on,secure=on") as machine:
        machine.expect(r"^lethe: FAIL check: indirection list: ", "^lethe: halt$", never="FAULT")
