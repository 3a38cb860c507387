#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# /init of the lab's VM: makes the guest usable, runs what was asked, powers off.
#
# Owns: the guest's side of the agreement with lab/vm/run, which is:
# - ttyS0 carries the kernel's log and nothing of the command;
# - ttyS1 carries the command's output, byte for byte, and its input;
# - the kernel's log has two lines that this script writes: "vtlirq-vm: ready" when input
#   may come, and "vtlirq-vm: status N", the command's exit status, at the end. Every
#   kernel has /dev/kmsg, and not every one a way to I/O ports. A guest that dies never
#   writes the second.
# Must not know: what the command is for.

# All else is a name of this program, which still has to be installed.
/bin/busybox --install -s /bin 2>/dev/null

PATH=/usr/bin:/bin:/usr/sbin:/sbin
export PATH
port=/dev/ttyS1

# tell WORD... - a line of the kernel's log, whatever level of it the console shows.
tell() { echo "<0>vtlirq-vm: $*" >/dev/kmsg; }

mount_all()
{
	mount -t proc proc /proc
	mount -t sysfs sysfs /sys
	mount -t devtmpfs devtmpfs /dev 2>/dev/null
	mkdir -p /dev/pts /dev/shm /run /tmp
	mount -t devpts devpts /dev/pts
	mount -t tmpfs tmpfs /dev/shm
	mount -t tmpfs tmpfs /run
	mount -t tmpfs tmpfs /tmp
	mount -t debugfs debugfs /sys/kernel/debug
	mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
	ln -sf /proc/self/fd /dev/fd
	ln -sf /proc/self/fd/0 /dev/stdin
	ln -sf /proc/self/fd/1 /dev/stdout
	ln -sf /proc/self/fd/2 /dev/stderr
}

# built_in FILE - the module is part of this kernel. FILE has a number in front.
built_in()
{
	name=$(basename "${1#*-}" .ko | tr - _)
	[ -d "/sys/module/$name" ] && ! grep -q "^$name " /proc/modules
}

# load_modules - insert each, in order; the list has one line "FILE ARGUMENTS".
load_modules()
{
	while read -r file arguments; do
		# Its arguments would have to be the kernel's own.
		[ -n "$arguments" ] || ! built_in "$file" || continue
		# shellcheck disable=SC2086
		insmod "/lib/vtlirq/$file" $arguments && continue
		echo "init: module $file does not load: the kernel's log says why"
		return 1
	done </etc/vtlirq/modules
}

# A shell for a person: a terminal of its own, so that Ctrl-C and jobs work. Its
# owner outlives it, since when the owner ends, what is not yet out is dropped.
person()
{
	stty -F $port sane ${VTLIRQ_ROWS:+rows $VTLIRQ_ROWS} ${VTLIRQ_COLUMNS:+cols $VTLIRQ_COLUMNS}
	[ ! -f /etc/motd ] || cat /etc/motd >&3
	tell ready
	# shellcheck disable=SC2016
	setsid -c sh -c 'sh -i; status=$?; stty raw -echo; exit $status' <&3 >&3 2>&1
}

# A shell that reads its commands: whole lines, no echo, no special characters
# but the one that ends the input. Being given a file keeps the shell from taking
# the terminal for a person.
lines()
{
	stty -F $port raw -echo icanon eof ^D erase undef kill undef werase undef \
		rprnt undef lnext undef eol undef eol2 undef
	tell ready
	sh $port <&3 >&3 2>&1
}

script()
{
	tell ready
	sh /etc/vtlirq/command </dev/null >&3 2>&1
}

mount_all
hostname vtlirq
# From here on, the log has everything; while booting, warnings are enough.
dmesg -n 8
set -a
# shellcheck disable=SC1091
. /etc/vtlirq/environment
set +a
export HOME=/root
cd / || exit

read -r mode </etc/vtlirq/mode
# Kept open, since closing it would drop input that has come early.
exec 3<>$port
stty -F $port raw -echo
if load_modules >&3 2>&1; then
	$mode
	status=$?
else
	status=126
	tell ready
fi
# Changing the settings waits until all that was written is out.
stty -F $port raw -echo
tell status $status
poweroff -f
