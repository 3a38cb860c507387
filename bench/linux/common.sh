# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# Defines what the machines of bench/linux have in common: the Linux that is measured, its
# initial file system, its command line, its work, and the disk.
#
# Owns: the definition that all machines use. Needs $root.
# shellcheck disable=SC2034,SC2154

build=$root/build
guest=${BENCH_GUEST:-6.12}
image=$build/linux/$guest/vmlinuz
initrd=$build/bench-linux/initrd
words='console=ttyS0 quiet loglevel=4 nofs nokaslr mitigations=off tsc=reliable no_timer_check'
phases=${BENCH_PHASES:-nothing spin:100000 read:2000:1 read:4000:4 read:16000:32 sleep:200}
line="$words run=\"bench-io /dev/nvme0n1 $phases\""

# The disk has no file behind it, and no file system on it. Its latency passes in the time of the
# machine that runs QEMU. It is long enough that Linux already waits for the disk.
latency_ns=200000
backend=file.driver=null-co,file.size=1G,file.read-zeroes=on,file.latency-ns=$latency_ns
# shellcheck disable=SC2054 # these commas are QEMU's
disk=(-drive "if=none,id=disk0,format=raw,$backend"
	-device nvme,drive=disk0,serial=disk0,max_ioqpairs=8,msix_qsize=9)

# make_initrd - make the initial file system: that of lab/guest, with the program added.
make_initrd()
{
	local tree
	"$root/lab/guest/image" initrd "$guest"
	mkdir -p "$build/bench-linux"
	make -s -C "$root/bench" O="$build/bin" linux >&2
	tree=$(mktemp -d "$build/bench-linux/tree.XXXXXX")
	mkdir "$tree/bin"
	cp "$build/bin/bench-io" "$tree/bin"
	cp "$build/linux/$guest/initrd" "$initrd.$$"
	(cd "$tree" && find bin | sort | cpio -o -H newc -R 0:0 --quiet | gzip -1) >>"$initrd.$$"
	rm -rf "$tree"
	mv "$initrd.$$" "$initrd"
}
