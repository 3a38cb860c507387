# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Prints the list of `make help`: each target with its comment after "##". A line "##@ Title" is the
# title of a group of targets.

/^##@ / { printf "\n%s\n", substr($0, 5) }

/^[a-z-]+:.*## / {
	text = $0
	sub(/.*## /, "", text)
	printf "  %-18s %s\n", substr($0, 1, index($0, ":") - 1), text
}

END {
	printf "\nKERNEL=6.1|6.12|newest|newest-builtin|kasan|kcsan (6.12) and CPUS=N (2) choose the VM,\n"
	printf "GUEST=6.1|6.12|newest (6.12) the Linux in VTL0, INTERRUPTS=N (2000) the demo's length.\n"
}
