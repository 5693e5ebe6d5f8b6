#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# acknowledged_writes_outlive_a_store_that_fails, at COUNT moments (1,000) of a volume with stores.
LOAD_MOMENTS=${COUNT:-1000} LOAD_TOPOLOGIES=plain
. "${0%/*}/../e2e/acknowledged_writes_outlive_a_store_that_fails.sh"
