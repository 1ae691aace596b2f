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
                for folder in ("qemu/harness", "cohsan", "mutants", "tool", ".")]

import images   # noqa: E402
import paths    # noqa: E402
import times    # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="the long tier, too")


def pytest_configure(config):
    config.addinivalue_line("markers", "long: only with --long")


def pytest_collection_modifyitems(config, items):
    """Leaves out the long tier (a skipped test is a failure). The longest tests come first."""
    if not config.getoption("long"):
        items[:] = [item for item in items if not item.get_closest_marker("long")]
    known = {}
    if config.option.xmlpath and os.path.exists(config.option.xmlpath):
        known = times.of_results(config.option.xmlpath)
    items.sort(key=lambda item: -times.expected(
        f"{item.nodeid.partition('::')[0].removesuffix('.py').replace('/', '.')}::{item.name}", known))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """xdist's load, but with one test ahead of each process: xdist deals out hundreds, which keeps no order."""
    from xdist.scheduler.load import LoadScheduling

    class OneAhead(LoadScheduling):
        def _send_tests(self, node, num):
            super()._send_tests(node, min(num, 2 - len(self.node2pending[node])))
    return OneAhead(config, log)


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
    for name, spent in sorted(seconds.items()):
        terminalreporter.write_line(f"{spent:6.1f} s  {name}")
