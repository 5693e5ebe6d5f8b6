#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Every fenced command of README.md and docs/, with those that take long.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/docs.sh"
not_under_valgrind "is too slow for all of the pages"

docs_work long "$e2e_root/README.md" "$e2e_root"/docs/*.md
! grep -F "it takes long" docs-all || fail "something that takes long is not run"
