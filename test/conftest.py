# SPDX-License-Identifier: BSD-2-Clause
"""Fixtures; and each file's seconds at the end."""

import collections
import os
import shutil
import sys
import tempfile

import pytest

sys.path[:0] = [os.path.join(os.path.dirname(__file__), folder)
                for folder in ("qemu/harness", "cohsan", "mutants", "tool")]

import images   # noqa: E402
import paths    # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="the full product of boot cells")


def pytest_configure(config):
    config.addinivalue_line("markers", "long: only with --long")


def pytest_collection_modifyitems(config, items):
    """Left out, not skipped: a skipped test is a failure."""
    if not config.getoption("long"):
        items[:] = [item for item in items if not item.get_closest_marker("long")]


@pytest.fixture
def work():
    """A folder that is gone after the test: bundles are large."""
    parent = os.path.join(paths.IMAGES, "tmp")
    os.makedirs(parent, exist_ok=True)
    folder = tempfile.mkdtemp(dir=parent)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def initrd(tmp_path_factory):
    return images.initramfs(str(tmp_path_factory.mktemp("initrd") / "initrd"))


def pytest_terminal_summary(terminalreporter):
    seconds = collections.defaultdict(float)
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, []):
            seconds[report.nodeid.split("::")[0]] += getattr(report, "duration", 0)
    for name, spent in sorted(seconds.items()):
        terminalreporter.write_line(f"{spent:6.1f} s  {name}")
