# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
#
# TAP for the scripts of the tests, on the host and in the guest. To be sourced; POSIX.
#
# This file owns the numbers of the tests, and the result whether one has failed.

ktap_number=0
ktap_failed=0

# ktap_result STATUS NAME [FILE] - report one test, which passes if STATUS is 0. If it fails,
# the text of FILE shows why.
ktap_result()
{
	ktap_number=$((ktap_number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $ktap_number - $2"
		return 0
	fi
	[ -z "${3:-}" ] || sed 's/^/# /' "$3"
	echo "not ok $ktap_number - $2"
	ktap_failed=1
}

# ktap_test NAME COMMAND... - run one test: COMMAND must succeed. If it fails, its output is shown.
ktap_test()
{
	ktap_name=$1 ktap_output=$(mktemp) ktap_status=0
	shift
	"$@" >"$ktap_output" 2>&1 || ktap_status=$?
	ktap_result "$ktap_status" "$ktap_name" "$ktap_output"
	rm -f "$ktap_output"
}

# ktap_end - print the plan. Return: 1 if a test has failed.
ktap_end()
{
	echo "1..$ktap_number"
	return $ktap_failed
}
