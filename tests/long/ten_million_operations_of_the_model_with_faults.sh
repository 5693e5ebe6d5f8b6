#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The model with faults and kills makes COUNT (10,000,000) operations.
. "${0%/*}/../lib/e2e.sh"

run_counted model/test_model_faults "${LITTLE:-100000}" "${COUNT:-10000000}"
