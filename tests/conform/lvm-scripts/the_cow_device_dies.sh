# An error table below a snapshot's COW device: what is still read, and what makes it invalid.
dmsetup create org --table "0 8192 linear $PV 133120"
dmsetup create cow --table "0 2048 linear $PV 143360"
put /dev/mapper/org 0 4096 before
dmsetup create origin --table '0 8192 snapshot-origin /dev/mapper/org'
dmsetup create snap --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow P 8'
put /dev/mapper/origin 0 16 after
dmsetup status snap
dmsetup load cow --table '0 2048 error'
dmsetup suspend cow
dmsetup resume cow
dmsetup status snap
digest /dev/mapper/snap 0 4
digest /dev/mapper/snap 64 4
dmsetup status snap
put /dev/mapper/snap 0 4 mine
dmsetup status snap
put /dev/mapper/origin 0 4 again
dmsetup status snap
put /dev/mapper/origin 64 4 after
dmsetup status snap
digest /dev/mapper/snap 64 4
digest /dev/mapper/snap 128 4
digest /dev/mapper/origin 64 4
dmsetup remove snap
# A write to the snapshot itself finds no place, either.
dmsetup load cow --table "0 2048 linear $PV 143360"
dmsetup suspend cow
dmsetup resume cow
put /dev/mapper/cow 0 4 wiped
dd if=/dev/zero of=/dev/mapper/cow bs=4k count=1 oflag=direct conv=notrunc status=none
dmsetup create snap --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow P 8'
put /dev/mapper/snap 0 8 mine
dmsetup status snap
dmsetup load cow --table '0 2048 error'
dmsetup suspend cow
dmsetup resume cow
put /dev/mapper/snap 64 4 mine
dmsetup status snap
digest /dev/mapper/snap 0 4
dmsetup remove snap
# Only what preserves is lost: of two snapshots the one whose device is whole goes on.
dmsetup load cow --table "0 1024 linear $PV 143360"
dmsetup suspend cow
dmsetup resume cow
dmsetup create cow2 --table "0 1024 linear $PV 144384"
dd if=/dev/zero of=/dev/mapper/cow bs=4k count=1 oflag=direct conv=notrunc status=none
dd if=/dev/zero of=/dev/mapper/cow2 bs=4k count=1 oflag=direct conv=notrunc status=none
dmsetup create snap --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow P 8'
dmsetup create snap2 --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow2 P 8'
dmsetup load cow --table '0 1024 error'
dmsetup suspend cow
dmsetup resume cow
put /dev/mapper/origin 256 4 later
dmsetup status
digest /dev/mapper/snap2 256 4
dmsetup remove snap2
dmsetup remove snap
# The device comes back: what it has is a header, and no more.
dmsetup load cow --table "0 1024 linear $PV 143360"
dmsetup suspend cow
dmsetup resume cow
# A transient one.
dmsetup create snap --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow N 8'
dmsetup load cow --table '0 1024 error'
dmsetup suspend cow
dmsetup resume cow
dmsetup status snap
put /dev/mapper/origin 512 4 later
dmsetup status snap
dmsetup remove snap
dmsetup remove cow2
dmsetup remove cow
dmsetup remove origin
dmsetup remove org
