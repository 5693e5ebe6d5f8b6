#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The catalog's scenarios of reports on those who ask for snapshots, as with VSS,
# meet their expectations.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/catalog.sh"

catalog_holds 'reports/restic-4875-insufficient-storage'
catalog_holds 'reports/restic-4875-stops'
catalog_holds 'reports/restic-3142-late-shadow-copy'
catalog_holds 'reports/duplicati-7005-set-stays'
