# SPDX-License-Identifier: BSD-2-Clause
"""For all suites of pytest: the two tiers, the order of tests, fixtures, and each file's seconds at the end."""

import collections
import glob
import os
import shutil
import sys
import tempfile

import pytest

sys.path[:0] = [os.path.join(os.path.dirname(__file__), folder)
                for folder in ("qemu/harness", "cohsan", "mutants", "tool", "../bench", ".")]

import images   # noqa: E402
import paths    # noqa: E402
import times    # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="the long tier, too")


def pytest_configure(config):
    config.addinivalue_line("markers", "long: only with --long")


def expected_seconds(config):
    """A function of a test's node id: seconds in the last run, or a guess."""
    path = config.option.xmlpath
    known = times.of_results(path) if path and os.path.exists(path) else {}

    def expected(nodeid):
        file, _, name = nodeid.partition("::")
        return times.expected(f"{file.removesuffix('.py').replace('/', '.')}::{name}", known)
    return expected


def pytest_collection_modifyitems(config, items):
    """Leaves out the long tier (a skipped test is a failure). The longest tests come first."""
    if not config.getoption("long"):
        items[:] = [item for item in items if not item.get_closest_marker("long")]
    expected = expected_seconds(config)
    items.sort(key=lambda item: -expected(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """xdist's load, which deals out hundreds of tests at once: that keeps no order. Long tests go one by one."""
    from xdist.scheduler.load import LoadScheduling

    class LongOnesOneByOne(LoadScheduling):
        expected = staticmethod(expected_seconds(config))

        def _send_tests(self, node, num):
            is_long = self.pending and self.expected(self.collection[self.pending[0]]) > 1
            super()._send_tests(node, min(num, (2 if is_long else 50) - len(self.node2pending[node])))
    return LongOnesOneByOne(config, log)


def pytest_sessionfinish(session):
    if not hasattr(session.config, "workerinput"):
        for path in glob.glob(os.path.join(paths.IMAGES, "tmp/shared-*")):
            os.unlink(path)


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


@pytest.fixture(scope="session")
def small_kernel(tmp_path_factory):
    return images.small_kernel(str(tmp_path_factory.mktemp("small") / "Image"))


def pytest_terminal_summary(terminalreporter):
    seconds = collections.defaultdict(float)
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.stats.get(outcome, []):
            seconds[report.nodeid.split("::")[0]] += getattr(report, "duration", 0)
            for name, value in getattr(report, "user_properties", []) if report.when == "call" else []:
                terminalreporter.write_line(f"{name}: {value}")
    for name, spent in sorted(seconds.items()):
        terminalreporter.write_line(f"{spent:6.1f} s  {name}")
