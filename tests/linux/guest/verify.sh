# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash source=tests/linux/guest/common.sh
#
# fio verifies what it writes to the file system of the disk.
. /tests/common.sh

disk_mount || exit 1
fio_run --numjobs="$(nproc)" --loops="$rounds" || exit 1
disk_unmount || exit 1
handled_tell
