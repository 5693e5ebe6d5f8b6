#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# A TMPDIR with blanks, umask 077, no HOME, another language, another run beside it in the
# same tree, no /etc/mtab: the same tests pass.
. "${0%/*}/../lib/e2e.sh"

requires_root
requires unshare mountpoint
(in_a_namespace true) || skip "no mount namespace can be made"
build=$(dirname "$SNAPRIG")
mkdir "with blanks"
# A user's mount is better, where it can be had.
mounts=e2e/an_ordinary_user_can_mount
[ -e /etc/mtab ] || mounts=e2e/a_stale_mount_is_replaced

# run NAME - a few tests, as others may have them run; what it says is in NAME.said.
run()
{
	env -u HOME -u E2E_WORK -u BUDGET_SECONDS -u LONG_SECONDS TMPDIR="$work/with blanks" \
		LC_ALL=de_DE.UTF-8 LANGUAGE=de TEST_SET=short TEST_JOBS=2 \
		sh -c 'umask 077; exec "$@"' sh "$e2e_root/tools/run-tests" "$build" \
		"${SNAPRIG_CONFIG:-release}" unit/test_base_sizes e2e/a_second_mount_is_refused \
		$mounts >"$1.said" 2>&1 || {
		cat "$1.said"
		fail "a run fails"
	}
}

run first &
first=$!
run second
wait $first || fail "of two runs one fails"
for name in first second; do
	same 2 "$(grep -c '^ok   e2e/' $name.said)" "scripts that pass"
	tail -n 1 $name.said | grep -qxE '[0-9]+ passed, 0 failed, 0 skipped' ||
		fail "$(cat $name.said)"
done
