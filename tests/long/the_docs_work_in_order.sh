#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Every fenced command of README.md and docs/, with those that take long.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/docs.sh"
not_under_valgrind "is too slow for all of the pages"

docs_work long "$e2e_root/README.md" "$e2e_root"/docs/*.md
! grep -F "it takes long" docs-all || fail "something that takes long is not run"

# The picture of a report can be made anew, where there is a browser.
if command -v chromium >/dev/null; then
	"$e2e_root/tools/report-picture" "$SNAPRIG" "$work/report.png" || fail "no picture"
	[ "$(head -c 4 report.png | tail -c 3)" = PNG ] || fail "it is no picture"
	[ "$(wc -c <report.png)" -gt 50000 ] || fail "the picture is empty"
else
	echo "CUT: no chromium, and no picture of a report"
fi
