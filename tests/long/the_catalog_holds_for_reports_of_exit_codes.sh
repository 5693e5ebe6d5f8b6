#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The catalog's scenarios of bug reports in which the exit status of a tool lies meet their
# expectations.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/catalog.sh"

catalog_holds 'reports/partclone-241-exit-0'
catalog_holds 'reports/rear-1913-exit-code-of-a-pipe'
