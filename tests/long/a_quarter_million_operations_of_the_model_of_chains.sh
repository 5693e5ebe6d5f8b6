#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# The model of a chain that merges makes COUNT (250,000) operations.
. "${0%/*}/../lib/e2e.sh"

run_counted model/test_model_chain "${LITTLE:-5000}" "${COUNT:-250000}"
