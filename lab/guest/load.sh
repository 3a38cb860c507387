#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash source=lab/guest/quiet.sh
#
# vtl0-load, a program on the guest's disk: writes to the disk, reads the data back and
# verifies it. It prints lines on the console for VTL2: when it begins and ends, how many I/Os
# were verified, and how many interrupts each queue of the disk had in between.
#
# It waits until the disk is quiet before it prints that it begins or ends. Then it keeps the
# disk quiet for another second, in which VTL2 reads its own counters.
. /usr/local/lib/vtl0-quiet.sh
exec >/dev/console 2>&1

echo "vtl0-load: system Debian $(cat /etc/debian_version), Linux $(uname -r), $(nproc) VPs, root on $(sed -n 's, / .*,,p' /proc/mounts | tail -n 1)"
quiet_wait nvme0q
interrupts nvme0q >/run/before
echo 'vtl0-load: begins'
sleep 1
if ! fio --name=load --directory=/root --size="${1:-4M}" --numjobs="$(nproc)" --rw=randwrite \
	--bs=4k --iodepth=16 --ioengine=libaio --direct=1 --verify=crc32c --verify_fatal=1 \
	--group_reporting >/run/fio 2>&1; then
	cat /run/fio
	echo 'vtl0-load: failed'
	exit 1
fi
quiet_wait nvme0q
sed -n 's/.*issued rwts: total=\([0-9]*\),\([0-9]*\),.*/vtl0-load: verified \1 \2/p' /run/fio
interrupts nvme0q | while read -r name count; do
	echo "vtl0-load: handled ${name#nvme0q} $((count - $(sed -n "s/^$name //p" /run/before)))"
done
echo 'vtl0-load: ends'
sleep 1
