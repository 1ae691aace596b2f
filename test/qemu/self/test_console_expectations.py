# SPDX-License-Identifier: BSD-2-Clause
"""What is expected of a console, on a target that is no machine: a pipe that plays one back."""

import contextlib
import os
import select

import pytest

from console import Console, Failure


class Playback:
    """A target that prints `text`, and then stays silent, or ends."""

    def __init__(self, text, ends):
        self.typed = b""
        self.out, self.into = os.pipe()
        os.write(self.into, text)
        if ends:
            os.close(self.into)
            self.into = None

    def read(self, seconds):
        if not select.select([self.out], [], [], seconds)[0]:
            return None
        return os.read(self.out, 7)     # the end of a read is anywhere in a line

    def write(self, data):
        self.typed += data

    def ended(self):
        return "the board was unplugged"

    def repeat(self):
        return "play it again"

    def stop(self):
        for end in (self.out, self.into):
            if end is not None:
                os.close(end)


@contextlib.contextmanager
def playing(text, ends=False, seconds=0.3):
    target = Playback(text, ends)
    yield Console(target, seconds)
    target.stop()


def test_lines_in_order():
    with playing(b"one\r\ntwo 22\r\nthree\r\nfour\r\n") as console:
        first, second = console.expect("^one$", r"^two (\d+)$")
        assert first[0] == "one" and second[1] == "22"
        assert console.expect("^f")[0] == "f"
        with pytest.raises(Failure, match="time is up, waiting for a line like: one"):
            console.expect("one")       # it was before


def test_failure_shows_console_and_command():
    with playing(b"one\r\ntwo", ends=True) as console:
        with pytest.raises(Failure) as caught:
            console.expect("^three$")
        assert str(caught.value) == "the board was unplugged, waiting for a line like: ^three$\n" \
            "---- console ----\none\ntwo\n---- repeat with ----\nplay it again\n"


@pytest.mark.parametrize("text, never", [(b"bad thing\r\ngood\r\n", "bad"), (b"lethe: halt\r\ngood\r\n", None)])
def test_line_that_must_not_come(text, never):
    with playing(text) as console:
        with pytest.raises(Failure, match="a line that must not come now: .*; waiting for: good"):
            console.expect("good", never=never)


def test_halt_that_is_waited_for():
    with playing(b"lethe: halt\r\n") as console:
        console.expect("^lethe: halt$")


def test_prompt():
    with playing(b"U-Boot\r\n=> ") as console:
        console.expect_text(b"=> ")
        console.type("booti\n")
        assert console.target.typed == b"booti\n" and console.position == len(b"U-Boot\r\n=> ")
        with pytest.raises(Failure, match="waiting for b'=> '"):
            console.expect_text(b"=> ")


def test_payload():
    text = b"noise\r\npayload: x0=0x00000000000000ff\r\npayload: el=0x0000000000000002\r\npayload: end\r\n"
    with playing(text) as console:
        assert console.payload() == {"x0": 255, "el": 2}
    with playing(b"payload: exception\r\npayload: more\r\n") as console:
        with pytest.raises(Failure, match="(?s)met an exception.*payload: more"):
            console.payload()


def test_drain_stops_when_the_target_does():
    with playing(b"all of it", ends=True, seconds=60) as console:
        console.drain(30)
        assert console.raw == console.seen == b"all of it"


GOOD = b"lethe: enter 0x1000 EL2\r\n"


@pytest.mark.parametrize("line", [
    GOOD[:-2] + b"\n", b"x" + GOOD, GOOD[:9] + b"\r" + GOOD[9:], GOOD[:9] + b"\x07" + GOOD[9:],
    b"lethe: ".ljust(121, b"x") + b"\r\n"], ids=["no-cr", "not-first", "cr-inside", "bell", "long"])
def test_form_of_lethes_lines(line):
    for text in (GOOD, b"lethe: ".ljust(120, b"x") + b"\r\n", b"payload: anything\n" + GOOD):
        with playing(text) as console:
            console.drain()
            console.check_form()
    with playing(GOOD + line) as console:
        console.drain()
        with pytest.raises(Failure, match="not the form"):
            console.check_form()
        assert console.lethe_lines()[0] == "enter 0x1000 EL2"
