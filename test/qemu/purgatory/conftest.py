# SPDX-License-Identifier: BSD-2-Clause
"""The first kernel's archive, for every test of the purgatory."""

import functools
import os

import pytest

import kexec_guest
from images import cpio, write
from paths import KERNEL, O


@pytest.fixture(scope="session")
def client(tmp_path_factory):
    """The first kernel's archive, with Lethe put into its kexec, or (stock) with kexec as it is in that folder."""
    folder = str(tmp_path_factory.mktemp("purgatory"))
    second = cpio([*kexec_guest.base(), kexec_guest.entry("bin/lethe", os.path.join(O, "arm64/lethe")),
                   ("who", 0o100644, b"loaders", (0, 0))])

    @functools.cache
    def archive(stock, release=kexec_guest.KEXEC, kernel=KERNEL):
        name = f"{folder}/{stock}-{os.path.basename(release)}-{os.path.getsize(kernel)}"
        binary = None if stock else kexec_guest.grafted(name + ".kexec", release)
        return write(name, cpio([
            *kexec_guest.base(), *kexec_guest.kexec_files(binary, release),
            ("k", 0o40755, b"", (0, 0)), kexec_guest.entry("k/Image", kernel),
            ("k/initrd", 0o100644, second, (0, 0))]))
    return archive
