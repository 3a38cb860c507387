# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# Sourced: which complaints of the kernel the tests allow, as options of lab/vm/check-log.

# allowed_begin KERNEL - set the array "allowed": what any test may cause, and what Linux complains
# about itself, see docs/faults.md.
allowed_begin()
{
	# Late interrupts, and CPUs that may not go offline.
	allowed=(--allow 'mshv_vtl: interrupt on hardware vector' --allow 'mshv_vtl: CPU .* cannot go')
	# Linux 6.12 itself warns about some CPUs that go offline.
	allowed+=(--allow 'WARNING: .* at sched_cpu_dying')
	[ "$1" = kcsan ] || return 0
	# Other races of the kernel are not this project's to fix, either.
	allowed+=(--races-of '\[(mshv_vtl|vtlirq_[a-z]+)\]')
	allowed+=(--allow 'data-race in clear_pending_if_disabled / (process_one_work|queue_delayed_work_on)')
}
