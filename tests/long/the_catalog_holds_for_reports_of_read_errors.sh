#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The catalog's scenarios of bug reports in which a tool does not tell that it could not
# read meet their expectations.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/catalog.sh"

catalog_holds 'reports/borg-748-truncated-files'
