#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash
#
# /init of Linux in VTL0.
#
# Owns: the meaning of the options on the kernel's command line:
#
#   root=/dev/nvme0n1   wait for that device, and start the system on it
#   run="COMMAND"       run a shell command, then power off
#   nofs                do not mount the first disk at /mnt
#
# Without root= and run=, it runs /script, if another cpio archive contains one, else a shell on
# the console. It writes "vtl0: ready" to the kernel's log before the command and "vtl0: status N"
# after it. Then it powers off, unless the command has restarted the guest by "reboot -f".
# Must not know: what the command is for.

/bin/busybox --install -s /bin 2>/dev/null
PATH=/usr/bin:/bin:/usr/sbin:/sbin
export PATH

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /tmp
mount -t tmpfs tmpfs /run

tell() { echo "<0>vtl0: $*" >/dev/kmsg; }

# word NAME - print the value of an option on the kernel's command line.
word() { tr ' ' '\n' </proc/cmdline | sed -n "s,^$1=,,p" | tail -n 1; }

has() { tr ' ' '\n' </proc/cmdline | grep -qx "$1"; }

# wait_for DEVICE - wait for a block device, which appears some time after its driver was loaded.
wait_for()
{
	tries=0
	while [ ! -b "$1" ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 3000 ] || return 1
		usleep 20000
	done
}

while read -r module; do
	insmod "/lib/modules/$module.ko" || tell "module $module does not load"
done </lib/modules/order

# shellcheck disable=SC2154 # the kernel turns unknown options into environment variables
command=$run
system=$(word root)
if [ -n "$system" ]; then
	if wait_for "$system" && mount "$system" /mnt; then
		mount --move /dev /mnt/dev
		umount /proc /sys /tmp /run
		exec switch_root /mnt /sbin/init
	fi
	tell "the system on $system does not start"
	command=false
fi

# "chroot /mnt" runs a program from the disk.
if ! has nofs && ls /sys/class/nvme/nvme* >/dev/null 2>&1 && wait_for /dev/nvme0n1 &&
	mount /dev/nvme0n1 /mnt 2>/dev/null; then
	for place in proc sys dev; do
		[ ! -d "/mnt/$place" ] || mount -o bind "/$place" "/mnt/$place"
	done
fi

status=0
tell ready
if [ -n "$command" ]; then
	sh -c "$command"
	status=$?
elif [ -f /script ]; then
	sh /script
	status=$?
else
	setsid cttyhack sh
fi
tell "status $status"
umount /mnt/proc /mnt/sys /mnt/dev /mnt 2>/dev/null
sync
poweroff -f
