# SPDX-License-Identifier: BSD-2-Clause
"""Runs every audit, prints what each found, and counts: an audit passes when it finds nothing."""
import sys

import audit_cache
import audit_code
import audit_graph
import audit_names
import audit_purgatory
import audit_source
import audit_stack

MODULES = (audit_cache, audit_code, audit_graph, audit_names, audit_purgatory, audit_source, audit_stack)
AUDITS = [audit for module in MODULES for audit in module.AUDITS]


def main():
    failed = 0
    for audit in AUDITS:
        name = audit.__doc__.strip().splitlines()[0]
        findings = audit()
        print("ok   " + name if not findings else "FAIL " + name)
        for finding in findings[:20]:
            print("     " + finding)
        if len(findings) > 20:
            print(f"     and {len(findings) - 20} more")
        failed += bool(findings)
    print(f"{len(AUDITS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
