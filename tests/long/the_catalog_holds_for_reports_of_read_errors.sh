#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The catalog's scenarios of bug reports in which a tool does not tell that it could not read
# meet their expectations.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/catalog.sh"

catalog_holds 'reports/borg-748-truncated-files'
catalog_holds 'reports/restic-2526-exit-0'
catalog_holds 'reports/restic-4467-source-missing'
catalog_holds 'reports/tarsnap-771-zero-filled'
