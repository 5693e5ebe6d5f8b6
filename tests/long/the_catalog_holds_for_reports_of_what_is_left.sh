#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The catalog's scenarios of bug reports in which a tool leaves something behind meet their
# expectations.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/catalog.sh"

catalog_holds 'reports/rsnapshot-39-snapshot-left'
catalog_holds 'reports/rsnapshot-39-as-it-was'
catalog_holds 'reports/rsnapshot-351-empty-mount-point'
catalog_holds 'reports/rsnapshot-351-asks-for-the-mount'
