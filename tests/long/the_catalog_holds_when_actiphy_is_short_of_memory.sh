#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The catalog's scenarios in which ActiveImage Protector is short of memory meet
# their expectations.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/catalog.sh"

catalog_holds 'actiphy/memory-pressure-*'
