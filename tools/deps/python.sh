#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# python.sh: print the Python for the tests: the first with pytest. A package
# of the distribution serves the distribution's Python, which another may hide on PATH.

for python in python3 /usr/bin/python3; do
	"$python" -c 'import importlib.util as u, sys; sys.exit(not u.find_spec("pytest"))' \
		2>/dev/null && echo "$python" && exit
done
echo python3
exit 1
