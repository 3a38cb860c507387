# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash
#
# What the scripts of VTL0 share: they tell VTL2 of what happens by lines of the console.

tell() { echo "test: $*"; }

rounds=$(tr ' ' '\n' </proc/cmdline | sed -n 's/^rounds=//p')
rounds=${rounds:-1}

disk_mount()
{
	tries=0
	while [ ! -b /dev/nvme0n1 ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 1500 ] || return 1
		usleep 20000
	done
	mount /dev/nvme0n1 /mnt
	mount -o bind /dev /mnt/dev
	mount -o bind /proc /mnt/proc
}

disk_unmount()
{
	umount /mnt/proc /mnt/dev
	umount /mnt
}

# fio_run OPTION... - writes and reads back, each block with its checksum.
fio_run()
{
	chroot /mnt fio --name=test --directory=/root --size=4M --rw=randwrite --bs=4k \
		--iodepth=16 --ioengine=libaio --direct=1 --verify=crc32c --verify_fatal=1 \
		--minimal "$@" >/tmp/fio 2>&1 || { cat /tmp/fio; return 1; }
}

# counts - how many interrupts each line of /proc/interrupts has had, on all VPs.
counts()
{
	awk -v n="$(nproc)" '/nvme|eth/ { s = 0; for (i = 2; i <= n + 1; i++) s += $i; print "test: handled " $NF " " s }' \
		/proc/interrupts
}

# handled_tell - the same on the console, when nothing is in flight any more. Nothing is for
# a while then, in which VTL2 reads its own counters.
handled_tell()
{
	sync
	before=''
	while [ "$(counts)" != "$before" ]; do
		before=$(counts)
		usleep 300000
	done
	counts
	tell quiet
	sleep 3
}

# irqs_of NAME - the numbers of the interrupts whose name matches.
irqs_of() { sed -n "s/^ *\([0-9]*\):.*$1.*/\1/p" /proc/interrupts; }
