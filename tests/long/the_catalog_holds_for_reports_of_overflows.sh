#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The catalog's scenarios of bug reports in which a snapshot overflows or drifts meet their
# expectations.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/catalog.sh"

catalog_holds 'reports/dattobd-16-snapshot-drifts'
catalog_holds 'reports/dattobd-127-cow-overflow'
catalog_holds 'reports/elastio-snap-39-writes-overflow'
catalog_holds 'reports/blksnap-102-snapshot-overflow'
catalog_holds 'reports/elastio-snap-129-sigbus'
catalog_holds 'reports/elastio-snap-96-memory-overflow'
