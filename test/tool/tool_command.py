# SPDX-License-Identifier: BSD-2-Clause
"""The host command, run from outside. LETHE names it (default: $O/lethe, build/lethe)."""
import os
import pathlib
import subprocess

from tool_bundle import Bundle

ROOT = pathlib.Path(__file__).resolve().parents[2]
LETHE = os.environ.get("LETHE", str(pathlib.Path(os.environ.get("O", ROOT / "build")) / "lethe"))

K = ["--kernel", "Image"]


class Lethe:
    def __init__(self, directory):
        self.directory = directory

    def run(self, *args, **kwargs):
        kwargs.setdefault("timeout", 60)
        return subprocess.run([LETHE, *map(str, args)], cwd=self.directory, text=True,
                              errors="replace", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, **kwargs)

    def good(self, *args):
        result = self.run(*args)
        assert result.returncode == 0, result
        return result

    def bad(self, code, reason, *args, **kwargs):
        """Refused with this code; stderr's first line names reason; nothing was left behind."""
        before = sorted(os.listdir(self.directory))
        result = self.run(*args, **kwargs)
        first = result.stderr.splitlines()[0] if result.stderr else ""
        assert result.returncode == code, result
        assert first.startswith("lethe: ") and reason in first, result
        assert sorted(os.listdir(self.directory)) == before
        return result

    def write(self, name, data):
        (self.directory / name).write_bytes(data)
        return name

    def read(self, name):
        return (self.directory / name).read_bytes()

    def pack(self, *args, output="boot.img"):
        result = self.good("pack", *args, "-o", output)
        return Bundle(self.read(output)), result


def damage(lethe, bundle, offset, mask=1):
    data = bytearray(bundle.data)
    data[offset] ^= mask
    return lethe.write("bad.img", data)
