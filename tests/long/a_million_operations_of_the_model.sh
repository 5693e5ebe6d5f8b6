#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The model without faults makes COUNT (1,000,000) operations.
. "${0%/*}/../lib/e2e.sh"

run_counted model/test_model "${LITTLE:-20000}" "${COUNT:-1000000}"
