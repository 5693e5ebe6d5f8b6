#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Where there is no /dev/fuse, what needs it is skipped, counted, and told why.
. "${0%/*}/../lib/e2e.sh"

requires_root
requires unshare mountpoint
(in_a_namespace true) || skip "no mount namespace can be made"
mkdir dev
for device in null zero urandom full; do
	: >dev/$device
done
ln -s /proc/self/fd dev/fd

cat >script <<'END'
set -e
for device in null zero urandom full; do
	mount --bind /dev/$device dev/$device
done
mount --rbind dev /dev
status=0
"$@" >said 2>&1 </dev/null || status=$?
umount -R /dev
umount dev/null dev/zero dev/urandom dev/full
exit $status
END
(in_a_namespace env -u E2E_WORK -u LONG_SECONDS -u BUDGET_SECONDS TEST_SET=short sh script \
	"$e2e_root/tools/run-tests" "$(dirname "$SNAPRIG")" "${SNAPRIG_CONFIG:-release}" \
	e2e/a_second_mount_is_refused e2e/an_ordinary_user_can_mount) || {
	cat said
	fail "a run without /dev/fuse fails"
}
same 2 "$(grep -c '^SKIP e2e/.*: no /dev/fuse$' said)" "scripts that say so"
same "0 passed, 0 failed, 2 skipped" "$(tail -n 1 said)" "counts"
