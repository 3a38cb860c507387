#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# This script runs in the guest: it runs each test program named, and prints one KTAP document.
#
# It owns the time limit of a program, and the rule that a program that dies counts as failed.
# It must not know what a program tests.

limit=$((${VTLIRQ_TEST_SECONDS:-300} * ${VTLIRQ_SLOWNESS:-1}))

# run PROGRAM - print its TAP with indentation; the exit status goes to /tmp/status, because a
# plain shell loses it in the pipe. cmocka reports a skipped test as one that failed.
run()
{
	{
		CMOCKA_MESSAGE_OUTPUT=TAP timeout "$limit" "$1" 2>&1 </dev/null
		echo $? >/tmp/status
	} | sed 's/^not ok \([0-9]* # SKIP\)/ok \1/; s/^/    /' | tee /tmp/output
}

echo "KTAP version 1"
echo "1..$#"
number=0
failed=0
for program in "$@"; do
	number=$((number + 1))
	name=$(basename "$program")
	echo "# $name"
	run "$program"
	status=$(cat /tmp/status)
	if [ "$status" -eq 0 ]; then
		echo "ok $number $name"
		continue
	fi
	failed=1
	# The program died or hung before it could report which of its tests failed.
	grep -q '^ *not ok ' /tmp/output ||
		echo "    not ok 0 - $name ended with exit status $status"
	echo "not ok $number $name"
done
exit $failed
