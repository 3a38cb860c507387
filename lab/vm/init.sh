#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# /init of the lab's VM: prepares the guest, runs the command, and powers off.
#
# Owns: the guest's side of the protocol with lab/vm/run, which is:
# - ttyS0 carries only the kernel's log;
# - ttyS1 carries the unchanged output of the command, and its input;
# - this script writes two lines to the kernel's log: "vtlirq-vm: ready" when the guest
#   accepts input, and at the end "vtlirq-vm: status N" with the command's exit status.
#   It uses /dev/kmsg, which every kernel has; access to I/O ports is not always possible.
#   A guest that dies does not write the second line.
# Must not know: what the command is for.

# All other commands are links to busybox, which this call creates.
/bin/busybox --install -s /bin 2>/dev/null

PATH=/usr/bin:/bin:/usr/sbin:/sbin
export PATH
port=/dev/ttyS1

# tell WORD... - write a line to the kernel's log, with a level that the console always shows.
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

# built_in FILE - whether the module is built into this kernel. FILE begins with a number.
built_in()
{
	name=$(basename "${1#*-}" .ko | tr - _)
	[ -d "/sys/module/$name" ] && ! grep -q "^$name " /proc/modules
}

# load_modules - insert the modules in their order. Each line of the list is "FILE ARGUMENTS".
load_modules()
{
	while read -r file arguments; do
		# A built-in module with arguments fails: they would have to be kernel parameters.
		[ -n "$arguments" ] || ! built_in "$file" || continue
		# shellcheck disable=SC2086
		insmod "/lib/vtlirq/$file" $arguments && continue
		echo "init: module $file does not load: the kernel's log says why"
		return 1
	done </etc/vtlirq/modules
}

# An interactive shell. It has its own controlling terminal, so that Ctrl-C and job control
# work. The outer shell ends after it, since the terminal drops unsent output when the
# session leader ends.
person()
{
	stty -F $port sane ${VTLIRQ_ROWS:+rows $VTLIRQ_ROWS} ${VTLIRQ_COLUMNS:+cols $VTLIRQ_COLUMNS}
	[ ! -f /etc/motd ] || cat /etc/motd >&3
	tell ready
	# shellcheck disable=SC2016
	setsid -c sh -c 'sh -i; status=$?; stty raw -echo; exit $status' <&3 >&3 2>&1
}

# A shell that reads its commands from the input: by whole lines, without echo, and without
# special characters except the end of file. The argument makes the shell non-interactive.
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
# While booting, the console shows only warnings; from here on, it shows all messages.
dmesg -n 8
set -a
# shellcheck disable=SC1091
. /etc/vtlirq/environment
set +a
export HOME=/root
cd / || exit

read -r mode </etc/vtlirq/mode
# The port stays open, since closing it would drop input that arrives early.
exec 3<>$port
stty -F $port raw -echo
if load_modules >&3 2>&1; then
	$mode
	status=$?
else
	status=126
	tell ready
fi
# This stty waits until all output has been sent.
stty -F $port raw -echo
tell status $status
poweroff -f
