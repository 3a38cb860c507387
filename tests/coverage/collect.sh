# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# For a script that boots a VM: collect in build/coverage/RUN which lines of the driver
# ran, if the kernel can count them (kasan, which has gcov).
#
#	. "$root/tests/coverage/collect.sh"
#	coverage_begin KERNEL RUN
#	lab/vm/run ... "${coverage_arguments[@]}" --exec "$(coverage_wrap "$command")" | coverage_take
#
# This file owns the transfer of the counts out of the guest. It must not know what runs there.

# Additional arguments for the command that boots the VM.
# shellcheck disable=SC2034
coverage_arguments=()
coverage_directory=

# coverage_begin KERNEL RUN - remove the counts of an earlier run, so that the counts that exist
# afterwards are never those of an older run.
coverage_begin()
{
	[ "$1" = kasan ] || return 0
	coverage_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
	coverage_directory=$coverage_root/build/coverage/$2
	# shellcheck disable=SC2034 # as above
	coverage_arguments=(--program "$coverage_root/tests/coverage/give")
	rm -rf "$coverage_directory"
	mkdir -p "$coverage_directory"
	# Copy the compiler's notes, which must belong to the same build that counts.
	(cd "$coverage_root/build/modules/$1/driver" &&
		find . -name '*.gcno' -exec cp --parents -t "$coverage_directory" {} +)
}

# coverage_wrap COMMAND - print the guest's command, which also prints its counts at the end.
coverage_wrap()
{
	if [ -n "$coverage_directory" ]; then
		# shellcheck disable=SC2016 # the guest expands these
		printf '( %s\n); status=$?; give; exit $status' "$1"
	else
		printf %s "$1"
	fi
}

# Passes on the guest's output, line by line, except the counts, which are stored in the
# directory of the run.
coverage_take()
{
	local line packed=$coverage_directory/packed inside='' whole=''
	[ -n "$coverage_directory" ] || { cat; return; }
	while IFS= read -r line; do
		case "$line" in
		'-----BEGIN COVERAGE-----') inside=1 ;;
		'-----END COVERAGE-----') inside='' whole=1 ;;
		*) if [ -n "$inside" ]; then echo "$line" >>"$packed"; else printf '%s\n' "$line"; fi ;;
		esac
	done
	if [ -z "$whole" ]; then
		echo "# no coverage: the VM ended before it gave its counts"
		rm -rf "$coverage_directory"
		return 0
	fi
	base64 -d "$packed" | tar -xz -C "$coverage_directory"
	rm "$packed"
}
