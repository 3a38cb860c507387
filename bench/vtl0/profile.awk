# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Counts VTL2's instructions in QEMU's log by function: the second half of bench/vtl0/profile.
# The first file is that of bench/lines/symbols.awk, the second the log.

# Called at the end of an interval, which counts if the device's interrupt was the only event.
function conclude(    function_name)
{
	if (arrivals == 1 && !others) {
		stretches++
		for (function_name in here)
			total[function_name] += here[function_name]
	}
	split("", here)
	arrivals = others = 0
}

BEGIN {
	arrival = delivery == "proxied" ? "vtl_synic_interrupt" : "x86_flow_relay"
}

# Low addresses belong to VTL0, the hypervisor and user space. An interval contains the kernel's
# instructions between two TDCALLs. Only one function contains the TDCALL, and low addresses
# follow it.
/^Trace/ {
	split($4, part, "/")
	pc = part[2]
	if (pc < "8000000000000000") {
		if (who == "vtl_tdcall")
			conclude()
		who = ""
		next
	}
	symbol = find(pc)
	who = name[symbol]
	if (module[symbol] == "" && pc != address[symbol])
		who = "Linux"
	if (pc == address[symbol]) {
		arrivals += who == arrival
		others += who ~ /apic_timer_interrupt|call_function|reschedule|^schedule$/
	}
	here[module[symbol] == "" ? "all" : who " " module[symbol]]++
}

END {
	if (!stretches) {
		print "no interrupt was seen" >"/dev/stderr"
		exit 1
	}
	for (who in total)
		sum += total[who]
	printf "| instructions | function | module |\n|---:|---|---|\n"
	for (who in total) {
		split(who, part, " ")
		gsub(/[\[\]]/, "", part[2])
		printf "| %.1f | %s | %s |\n", total[who] / stretches, part[1], \
			part[2] == "" ? "kernel" : part[2] | "sort -t '|' -k 2,2nr"
	}
	close("sort -t '|' -k 2,2nr")
	printf "| **%.1f** | all, over %d interrupts | |\n", sum / stretches, stretches
}
