#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# In the guest: runs each test program named, and prints one KTAP document.
#
# Owns: the time a program may take, and that one which dies counts as failed.
# Must not know: what a program tests.

limit=$((${VTLIRQ_TEST_SECONDS:-300} * ${VTLIRQ_SLOWNESS:-1}))

# run PROGRAM - its TAP, indented; the exit status goes to /tmp/status, as a
# plain shell would lose it in the pipe. cmocka reports a skipped test as one that failed.
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
	# It died, or hung, before it could say which of its tests failed.
	grep -q '^ *not ok ' /tmp/output ||
		echo "    not ok 0 - $name ended with exit status $status"
	echo "not ok $number $name"
done
exit $failed
