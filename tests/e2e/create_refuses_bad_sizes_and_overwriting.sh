#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# `create` makes an image of the size that was asked for, and refuses what
# would overwrite, what is no size of a volume, and a disk that is full.
. "${0%/*}/../lib/e2e.sh"

rig create good.img --size 64MiB
same $((64 << 20)) "$(stat -c %s good.img)" "size"
before=$(stat -c %i:%Y:%s good.img)

refused 2 "good.img.*exists" rig create good.img --size 1MiB
same "$before" "$(stat -c %i:%Y:%s good.img)" "the image that was there"

refused 2 "'0'" rig create zero.img --size 0
refused 2 "multiple of 512" rig create odd.img --size 1000
refused 2 "'many'" rig create many.img --size many
refused 2 "'64MB'.*64MiB" rig create mb.img --size 64MB
refused 2 "size" rig create none.img
refused 2 "" rig create
refused '2|4' "no/where" rig create no/where.img --size 1MiB
same good.img "$(find . -name "*.img" -printf %f)" "images"

rig create sectors.img --size 2048s
same $((2048 * 512)) "$(stat -c %s sectors.img)" "size in sectors"
