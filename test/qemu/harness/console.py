# SPDX-License-Identifier: BSD-2-Clause
"""What a test expects of a serial console, whatever the console belongs to.

A Console reads a target, which is QEMU (qemu_target.py), or a board on a serial line, or in
test_console.py a pipe. A target has:

    read(seconds)   bytes that came within that time; None if none came; b"" if the target has ended
    write(data)     types
    ended()         a text for the failure, after read() returned b""
    repeat()        a command line that starts the same target again
    stop()          ends the target and frees what it held

expect() takes regular expressions that must match lines in order; between them any lines may come. If a line
does not come in time, or the target ends, the failure shows the whole console and the command line.
"""

import re
import time

LINE_MAX = 120      # characters of one of Lethe's lines


class Failure(AssertionError):
    """A test's failure that already shows the console."""


class Console:
    """deadline: a time of time.monotonic(); every wait ends there."""

    def __init__(self, target, seconds):
        self.target = target
        self.raw = b""          # the console
        self.seen = b""         # the same with cohsan's lines where they came
        self.position = 0       # in raw: what was matched ends here
        self.started = time.monotonic()
        self.deadline = self.started + seconds

    def filtered(self, data):
        """The bytes of `data` that belong to the console; a Machine takes cohsan's lines out."""
        return data

    def failure(self, why):
        text = self.seen.decode("utf-8", "replace").replace("\r", "")
        return Failure(f"{why}\n---- console ----\n{text}\n---- repeat with ----\n{self.target.repeat()}\n")

    # ---- bytes ----

    def take(self, data):
        self.seen += data
        self.raw += self.filtered(data)

    def receive(self):
        """Takes in more bytes. None, or why there are none."""
        left = self.deadline - time.monotonic()
        data = self.target.read(left) if left > 0 else None
        if data is None:
            return "time is up"
        self.take(data)
        return None if data else self.target.ended()

    def drain(self, seconds=0.0):
        """Takes in what is there already, and what comes within some seconds."""
        end = time.monotonic() + seconds
        while True:
            data = self.target.read(max(0.0, end - time.monotonic()))
            if data is None:
                return
            self.take(data)
            if not data:
                return

    def type(self, text):
        self.target.write(text.encode())

    # ---- lines ----

    def expect(self, *patterns, never=None):
        """A match for each pattern; for one pattern the match itself."""
        found = [self.expect_one(pattern, never) for pattern in patterns]
        return found[0] if len(found) == 1 else found

    def expect_one(self, pattern, never):
        while True:
            end = self.raw.find(b"\n", self.position)
            if end < 0:
                why = self.receive()
                if why:
                    raise self.failure(f"{why}, waiting for a line like: {pattern}")
                continue
            line = self.raw[self.position:end].decode("utf-8", "replace").rstrip("\r")
            self.position = end + 1
            match = re.search(pattern, line)
            if match:
                return match
            if line == "lethe: halt" or never and re.search(never, line):
                raise self.failure(f"a line that must not come now: {line}; waiting for: {pattern}")

    def expect_text(self, text):
        """Waits for a prompt, which has no end of line."""
        while text not in self.raw[self.position:]:
            why = self.receive()
            if why:
                raise self.failure(f"{why}, waiting for {text!r}")
        self.position = self.raw.index(text, self.position) + len(text)

    def payload(self):
        """What payload.S prints, {name: value}, up to its last line."""
        values = {}
        while True:
            match = self.expect(r"^payload: (\w+)(=0x([0-9a-f]{16}))?$", never="Kernel panic")
            if match[1] == "end":
                return values
            if match[1].startswith("exception"):
                self.drain(0.2)
                raise self.failure("the payload met an exception")
            values[match[1]] = int(match[3], 16)

    def lethe_lines(self):
        """The text behind "lethe: " of each of Lethe's lines so far."""
        text = self.raw.decode("utf-8", "replace")
        return [line[7:].rstrip("\r") for line in text.split("\n") if line.startswith("lethe: ")]

    def check_form(self):
        """Lethe's lines are an interface: "lethe: ", at most 120 characters, CRLF."""
        lines = self.raw.split(b"\n")
        for line in lines[:-1]:
            if b"lethe: " not in line:
                continue
            if not line.startswith(b"lethe: ") or not line.endswith(b"\r") or b"\r" in line[:-1] \
                    or len(line) - 1 > LINE_MAX or not line[:-1].decode("ascii", "replace").isprintable():
                raise self.failure(f"not the form of a line of Lethe's: {line!r}")
