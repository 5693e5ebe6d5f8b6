#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Beside the load of a_load_on_every_profile_reads_what_it_wrote two processes take, delete,
# read, write, clone and coalesce under the same four names, and a writer freezes: all else
# reads as if they were not there, and the rig ends by kill -9 only.
LOAD_VARIANTS=meddled LOAD_OPERATIONS=${LOAD_OPERATIONS:-1600} LOAD_KILLS=${LOAD_KILLS:-4}
. "${0%/*}/a_load_on_every_profile_reads_what_it_wrote.sh"
