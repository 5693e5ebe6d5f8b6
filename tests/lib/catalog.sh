# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
#
# catalog.sh - scenarios of the catalog; sourced after e2e.sh.
#
# Each script runs a part of it, so that parts run side by side.  That every scenario is
# in exactly one of them is a test of its own, every_scenario_of_the_catalog_is_tested:
# it reads the lines that begin with catalog_holds.

requires mke2fs dd gzip partclone.ext4
# shellcheck disable=SC2154 # of e2e.sh
TMPDIR=$work/tmp SNAPRIG_SHARE=$e2e_root/scenarios
export TMPDIR SNAPRIG_SHARE
mkdir "$TMPDIR"

# catalog_holds 'PATTERN' - of files below the catalog, without .yaml: they meet their expectations.
catalog_holds()
{
	# shellcheck disable=SC2086 # a pattern
	set -- "$SNAPRIG_SHARE"/catalog/$1.yaml
	rig run "$@" >tap || {
		cat tap
		fail "the catalog does not hold"
	}
	same "$#" "$(grep -c '^ok' tap)" "scenarios"
	same "" "$(ls -A "$TMPDIR")" "work folder"
}
