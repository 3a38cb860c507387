# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For a script that boots a VM: the driver, and the modules of the lab that go with it.
#
#	. "$root/tests/modules.sh"
#	modules_choose KERNEL BELOW LOG [WORDS]
#	lab/vm/run --kernel KERNEL "${modules_arguments[@]}" ...
#
# BELOW is empty, or says that lab/hypervisor is below the kernel, and the driver is the one
# for a machine. LOG is the kernel's log; the hypervisor's gets its name, with ".below". WORDS
# are more of the hypervisor's own.
#
# Owns: which modules a VM has, in which order. Must not know: what runs there.

modules_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# modules_below KERNEL - says that the hypervisor is below a kernel, as the Makefile has it:
# 6.1 is no TDX guest, the newest kernel shares its SynIC only with a driver of its own tree,
# and those with sanitizers still run with the modules of the lab.
modules_below()
{
	[ "$1" != 6.12 ] || echo below
}

# The file of the driver, and what the VM is given.
# shellcheck disable=SC2034
modules_choose()
{
	local modules=$modules_root/build/modules/$1 l1=$modules_root/build/hypervisor/modules/$1
	if [ -z "$2" ]; then
		modules_driver=$modules/driver/mshv_vtl.ko
		modules_arguments=(--module "$modules_driver"
			--module "$modules/lab/host/vtlirq_lab_host.ko"
			--module "$modules/lab/tdx-module/vtlirq_lab_tdx.ko")
		return
	fi
	"$modules_root/lab/hypervisor/l1/build" "$1" >"${3%.console}.l1-build" 2>&1 ||
		{ cat "${3%.console}.l1-build"; return 1; }
	modules_driver=$modules/production/driver/mshv_vtl.ko
	modules_arguments=(--module "$modules_driver" --module "$l1/vtlirq_board.ko"
		--hypervisor-log "${3%.console}.below")
	# A kernel that cannot run in a trust domain has no TDX module below it.
	if grep -q '^CONFIG_INTEL_TDX_GUEST=y' "$modules_root/build/kernels/$1/config"; then
		modules_arguments+=(--hypervisor "td hyperv${4:+ $4}" --module "$l1/vtlirq_door.ko")
	else
		modules_arguments+=(--hypervisor "hyperv${4:+ $4}")
	fi
}
