# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=dash source=tests/linux/guest/common.sh
#
# The disk is busy for a while. A line tells VTL2 when that begins.
. /tests/common.sh

disk_mount || exit 1
tell load
fio_run --numjobs="$(nproc)" --time_based --runtime=$((10 * rounds)) || exit 1
disk_unmount || exit 1
handled_tell
