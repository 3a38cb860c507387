#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash
#
# vtl0-load, a program of the disk: writes to it, reads back and verifies, and tells on the
# console what VTL2 wants to know: when it begins and ends, how many I/Os were verified, and
# how many interrupts each of the disk's queues has had meanwhile.
#
# At both moments the disk has been quiet for a while, and stays so for a second, in which
# VTL2 reads its own counters.
exec >/dev/console 2>&1

# counts - the disk's interrupts so far, on all VPs: a line "QUEUE COUNT" for each queue.
counts()
{
	awk -v n="$(nproc)" '/nvme0q/ { s = 0; for (i = 2; i <= n + 1; i++) s += $i; print substr($NF, 7) " " s }' \
		/proc/interrupts
}

wait_quiet()
{
	before=''
	while [ "$(counts)" != "$before" ]; do
		before=$(counts)
		sleep 0.5
	done
}

echo "vtl0-load: system Debian $(cat /etc/debian_version), Linux $(uname -r), $(nproc) VPs, root on $(sed -n 's, / .*,,p' /proc/mounts | tail -n 1)"
wait_quiet
counts >/run/before
echo 'vtl0-load: begins'
sleep 1
if ! fio --name=load --directory=/root --size="${1:-4M}" --numjobs="$(nproc)" --rw=randwrite \
	--bs=4k --iodepth=16 --ioengine=libaio --direct=1 --verify=crc32c --verify_fatal=1 \
	--group_reporting >/run/fio 2>&1; then
	cat /run/fio
	echo 'vtl0-load: failed'
	exit 1
fi
wait_quiet
sed -n 's/.*issued rwts: total=\([0-9]*\),\([0-9]*\),.*/vtl0-load: verified \1 \2/p' /run/fio
counts | while read -r queue count; do
	echo "vtl0-load: handled $queue $((count - $(sed -n "s/^$queue //p" /run/before)))"
done
echo 'vtl0-load: ends'
sleep 1
