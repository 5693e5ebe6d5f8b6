#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# As tests/e2e/other_programs_copy_the_mounted_files.sh, with all of the programs: one that
# is missing is a failure.
# shellcheck disable=SC2034 # for the other script
PROGRAMS=required
. "${0%/*}/../e2e/other_programs_copy_the_mounted_files.sh"
