# SPDX-License-Identifier: BSD-2-Clause
"""What a running QEMU is asked from outside: QMP and gdb's remote protocol."""

import json
import re
import socket
import time
import xml.etree.ElementTree as ElementTree


class Failure(AssertionError):
    pass


class Monitor:
    """QMP over a unix socket."""

    def __init__(self, path):
        self.file = connect(path).makefile("rw", encoding="utf-8", newline="\n")
        self.answer()
        self.run("qmp_capabilities")

    def answer(self):
        while True:
            message = json.loads(self.file.readline())
            if "event" not in message:
                return message

    def run(self, command, **arguments):
        self.file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.file.flush()
        message = self.answer()
        if "error" in message:
            raise Failure(f"QMP {command}: {message['error']['desc']}")
        return message.get("return")

    def registers(self):
        """General registers of CPU 0 as `info registers` prints them: {"X00": .., "PC": .., ..}"""
        text = self.run("human-monitor-command", **{"command-line": "info registers"})
        return {name: int(value, 16)
                for name, value in re.findall(r"\b(PC|SP|X\d\d)=([0-9a-f]+)", text)}

    def wait_halted(self, seconds=10):
        """Until CPU 0 sleeps in WFI twice at one place, which is not where it began: a busy host starts it late."""
        end = time.monotonic() + seconds
        before = None
        while time.monotonic() < end:
            registers = self.registers()
            text = self.run("query-cpus-fast")
            if registers == before and text and registers["PC"] != 0:
                return registers
            before = registers
            time.sleep(0.1)
        raise Failure("the CPU does not come to rest")


class Gdb:
    """As much of gdb's remote protocol as it takes to read system registers: QEMU stops on connect."""

    def __init__(self, path):
        self.socket = connect(path)
        self.socket.settimeout(10)
        self.pending = b""
        self.socket.sendall(b"+")
        self.ask("qSupported:multiprocess+;xmlRegisters=aarch64")
        self.numbers = {}
        self.describe("target.xml", [0])

    def byte(self):
        while not self.pending:
            self.pending = self.socket.recv(65536)
            if not self.pending:
                raise Failure("gdbstub closed")
        first, self.pending = self.pending[:1], self.pending[1:]
        return first

    def ask(self, text):
        data = text.encode()
        self.socket.sendall(b"$%s#%02x" % (data, sum(data) & 0xff))
        while self.byte() != b"$":
            pass
        answer = b""
        while True:
            c = self.byte()
            if c == b"#":
                break
            answer += bytes([self.byte()[0] ^ 0x20]) if c == b"}" else c
        self.byte()
        self.byte()
        self.socket.sendall(b"+")
        return answer

    def describe(self, annex, number):
        text = b""
        while True:
            part = self.ask(f"qXfer:features:read:{annex}:{len(text):x},f00")
            text += part[1:]
            if part[:1] != b"m":
                break
        text = re.sub(rb"<!DOCTYPE[^>]*>", b"", text).replace(b"<xi:", b"<")
        for element in ElementTree.fromstring(text).iter():
            if element.tag == "include":
                self.describe(element.get("href"), number)
            elif element.tag == "reg":
                number[0] = int(element.get("regnum", number[0]))
                self.numbers[element.get("name")] = number[0]
                number[0] += 1

    def read(self, name):
        answer = self.ask(f"p{self.numbers[name]:x}")
        return int.from_bytes(bytes.fromhex(answer.decode()), "little")


def connect(path):
    end = time.monotonic() + 10
    while True:
        try:
            sock = socket.socket(socket.AF_UNIX)
            sock.connect(path)
            return sock
        except OSError:
            sock.close()
            if time.monotonic() > end:
                raise
            time.sleep(0.01)
