#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# a_load_on_every_profile_reads_what_it_wrote, for longer: COUNT operations
# (1,000,000) and KILLS (340) over all profiles.
LOAD_VARIANTS=${LOAD_VARIANTS:-all} LOAD_OPERATIONS=${COUNT:-1000000} LOAD_KILLS=${KILLS:-340}
. "${0%/*}/../e2e/a_load_on_every_profile_reads_what_it_wrote.sh"
