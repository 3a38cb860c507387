#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash source=lab/guest/quiet.sh
#
# vtl0-load, a program on the guest's disk: writes to the disk, reads the data back and
# verifies it. It prints lines on the console for VTL2: when it begins and ends, how many I/Os
# were verified, and how many interrupts each queue of the disk had in between.
#
# It waits until the disk is quiet before it prints that it begins or ends. VTL2 reads its own
# counters at that line; if an interrupt has come meanwhile, the line is printed again.
. /usr/local/lib/vtl0-quiet.sh
exec >/dev/console 2>&1

# say_when_quiet WORD FILE - write the interrupts of the disk to FILE, and print the line WORD at a
# moment at which there are as many.
say_when_quiet()
{
	while :; do
		quiet_wait nvme0q
		interrupts nvme0q >"$2"
		echo "vtl0-load: $1"
		sleep 1
		[ "$(interrupts nvme0q)" != "$(cat "$2")" ] || break
	done
}

echo "vtl0-load: system Debian $(cat /etc/debian_version), Linux $(uname -r), $(nproc) VPs, root on $(sed -n 's, / .*,,p' /proc/mounts | tail -n 1)"
say_when_quiet begins /run/before
if ! fio --name=load --directory=/root --size="${1:-4M}" --numjobs="$(nproc)" --rw=randwrite \
	--bs=4k --iodepth=16 --ioengine=libaio --direct=1 --verify=crc32c --verify_fatal=1 \
	--group_reporting >/run/fio 2>&1; then
	cat /run/fio
	echo 'vtl0-load: failed'
	exit 1
fi
say_when_quiet ends /run/after
sed -n 's/.*issued rwts: total=\([0-9]*\),\([0-9]*\),.*/vtl0-load: verified \1 \2/p' /run/fio
while read -r name count; do
	echo "vtl0-load: handled ${name#nvme0q} $((count - $(sed -n "s/^$name //p" /run/before)))"
done </run/after
