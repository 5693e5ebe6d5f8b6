#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The catalog's scenarios of reports on increments and on mounted snapshots
# meet their expectations.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/catalog.sh"

catalog_holds 'reports/dattobd-209-reboot-loses-bitmap'
catalog_holds 'reports/dattobd-364-map-too-large'
catalog_holds 'reports/virtnbdbackup-258-bitmap-lost'
catalog_holds 'reports/lvm2-146-same-uuid'
