#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The power is cut below a file system with holes: what was flushed is there, durable
# snapshots are there and right, others are right or refused.  tests/long has more of it.
. "${0%/*}/../lib/e2e.sh"
. "$e2e_root/tests/lib/e2e_power.sh"
requires_power
power_world
cuts plain no "$SEED" 1
cuts plain yes "$SEED" 2
cuts xen yes "$SEED" 1
