#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# a_flipped_bit_is_an_error_and_never_other_bytes, with COUNT bits (1,000).
LOAD_FLIPS=${COUNT:-1000}
. "${0%/*}/../e2e/a_flipped_bit_is_an_error_and_never_other_bytes.sh"
