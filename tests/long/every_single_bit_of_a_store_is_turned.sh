#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Each bit of each header and summary of a store is turned: `make check` takes one in three.
. "${0%/*}/../lib/e2e.sh"

run_counted sweep/test_store_flips "${LITTLE:-2}" "${COUNT:-9}"
