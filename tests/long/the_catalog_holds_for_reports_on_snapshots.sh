#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The catalog's scenarios of reports on what takes, keeps and removes snapshots meet their
# expectations.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/catalog.sh"

catalog_holds 'reports/blksnap-112-discard-corrupts'
catalog_holds 'reports/dattobd-129-discards'
catalog_holds 'reports/openzfs-15526-hole-lies'
catalog_holds 'reports/systemd-13976-lvremove-hangs'
catalog_holds 'reports/xen-orchestra-3954-stuck-snapshot'
catalog_holds 'reports/xen-orchestra-5034-thick-sr'
catalog_holds 'reports/xen-orchestra-5034-thin-sr'
catalog_holds 'reports/nextcloud-vm-1986-snapshot-in-use'
catalog_holds 'reports/blksnap-102-overflow'
catalog_holds 'reports/xen-orchestra-5063-snapshot-left'
