# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For a script that boots a VM: the driver, and what goes with it so that it has devices, a
# host and, where the kernel can be a trust domain, a TDX module.
#
#	. "$root/tests/modules.sh"
#	modules_choose KERNEL LOG [WORDS]
#	lab/vm/run --kernel KERNEL "${modules_arguments[@]}" ...
#
# LOG is the kernel's log; the hypervisor's gets its name, with ".below". WORDS are more of
# the hypervisor's own.
#
# Owns: which modules a VM has, in which order. Must not know: what runs there.

modules_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# The file of the driver, and what the VM is given.
# shellcheck disable=SC2034
modules_choose()
{
	local l1=$modules_root/build/hypervisor/modules/$1
	local config=$modules_root/build/kernels/$1/config

	"$modules_root/lab/hypervisor/l1/build" "$1" >"${2%.console}.l1-build" 2>&1 ||
		{ cat "${2%.console}.l1-build"; return 1; }
	modules_driver=$modules_root/build/modules/$1/driver/mshv_vtl.ko
	modules_arguments=(--module "$modules_driver" --module "$l1/vtlirq_board.ko"
		--hypervisor-log "${2%.console}.below")
	# A kernel that cannot run in a trust domain has no TDX module below it.
	if grep -qx CONFIG_INTEL_TDX_GUEST=y "$config"; then
		modules_arguments+=(--hypervisor "td hyperv${3:+ $3}" --module "$l1/vtlirq_door.ko")
	else
		modules_arguments+=(--hypervisor "hyperv${3:+ $3}")
	fi
	# A kernel for VTL2 refuses to boot without it (arch/x86/hyperv/hv_vtl.c).
	if grep -qx CONFIG_HYPERV_VTL_MODE=y "$config"; then
		modules_arguments+=(--append noxsave)
	fi
}
