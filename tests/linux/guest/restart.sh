# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash source=tests/linux/guest/common.sh
#
# The guest restarts once, and finds what it has written to its disk.
. /tests/common.sh

disk_mount || exit 1
if [ ! -e /mnt/root/restarted ]; then
	fio_run || exit 1
	md5sum /mnt/root/test.0.0 >/mnt/root/restarted
	disk_unmount || exit 1
	reboot -f
fi
tell 'second start'
md5sum -c /mnt/root/restarted || exit 1
disk_unmount
