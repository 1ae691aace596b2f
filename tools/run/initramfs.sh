#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# initramfs.sh OUT BUSYBOX INIT [FILE...]: a newc archive with busybox, INIT as /init, and each FILE in /bin.
# No /dev/console here: the kernel's built-in archive has /dev/console.
set -eu
out=$1 busybox=$2 init=$3
shift 3
tree=$out.tree
rm -rf "$tree"
mkdir -p "$tree/bin" "$tree/proc" "$tree/sys" "$tree/dev"
cp "$busybox" "$tree/bin/busybox"
ln -s busybox "$tree/bin/sh"
cp "$init" "$tree/init"
for file; do
	cp "$file" "$tree/bin/"
done
chmod 755 "$tree/init" "$tree"/bin/*
# Times and owners do not depend on the user or the time of packing.
find "$tree" -exec touch -h -d @0 {} +
(cd "$tree" && find . | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0 --reproducible) >"$out.tmp"
mv "$out.tmp" "$out"
rm -rf "$tree"
