# SPDX-License-Identifier: BSD-2-Clause
"""How long a boot waits for its console: Debian's kernel and an initrd, a UART at 115200 baud in virtual time.

The UART is a hypervisor's (test/guest/slow_uart): each of Lethe's accesses to it traps. The same boot is counted with
a UART that takes no time; by so many instructions as the slow one has more, Lethe has waited.
"""

import os
import subprocess
import tempfile

import images
import paths
import report
import slow_uart

UARTS = {
    "16550": (slow_uart.NS16550, slow_uart.FIFO_ON),
    "16550-no-fifo": (slow_uart.NS16550, slow_uart.FIFO_OFF),
    "raspberry-pi": (slow_uart.NS16550, slow_uart.RASPBERRY_PI),
    "pl011": (slow_uart.PL011, {"depth": 16}),
    "pl011-r1p5": (slow_uart.PL011, {"depth": 32}),
}


def main():
    results, rows = {}, []
    with tempfile.TemporaryDirectory(dir=os.path.join(paths.O, "bench")) as folder:
        initrd = os.path.join(folder, "initrd")
        subprocess.run(["tools/run/initramfs.sh", initrd, paths.BUSYBOX, "tools/run/init",
                        os.path.join(paths.O, "arm64/lethe")], check=True)
        size = os.path.getsize(paths.KERNEL) + os.path.getsize(initrd)
        for name, (at, uart) in UARTS.items():
            bundle = images.pack(os.path.join(folder, "bundle"), "--kernel", paths.KERNEL, "--initrd", initrd,
                                 "--append", "console=ttyAMA0", "--console", slow_uart.CONSOLES[at], kernel=None)
            waited, lines = slow_uart.waited(folder, bundle, **uart)
            assert lines.endswith(b"\r\n") and b"lethe: enter " in lines and b"#" not in lines, lines
            sending = len(lines) * slow_uart.CHAR_NS
            results[name] = {"size": size, "characters": len(lines), "sending_ms": sending / 1e6,
                             "waited_ms": waited / 1e6}
            rows.append([name, str(len(lines)), f"{sending / 1e6:.2f}", f"{waited / 1e6:.2f}"])
    report.table(f"{size:,} bytes, a console at 115200 baud, milliseconds at an instruction a ns:",
                 ["", "characters", "sending", "waited"], rows)
    report.save("console", results)


if __name__ == "__main__":
    main()
