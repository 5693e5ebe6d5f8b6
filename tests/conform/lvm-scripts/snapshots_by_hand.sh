# dm-snapshot without LVM: P, N and PO, chunks, areas that are used again, a merge.
dmsetup create org --table "0 8192 linear $PV 133120"
dmsetup create cow --table "0 512 linear $PV 143360"
put /dev/mapper/org 0 64 before
dmsetup create origin --table '0 8192 snapshot-origin /dev/mapper/org'
dmsetup create snap --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow N 8'
dmsetup status
put /dev/mapper/origin 0 32 after
dmsetup status snap
put /dev/mapper/snap 256 4 mine
dmsetup status snap
digest /dev/mapper/snap
dmsetup deps -o devname snap
dmsetup deps -o devname origin
dmsetup remove snap
dmsetup create snap --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow N 16'
dmsetup status snap
digest /dev/mapper/snap
put /dev/mapper/origin 64 512 flood
dmsetup status snap
digest /dev/mapper/snap 0 64
dmsetup remove snap
put /dev/mapper/cow 0 4 nothing
dmsetup create snap --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow P 8'
put /dev/mapper/cow 0 4 'rubbish that is no header'
dmsetup create again --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow P 8'
dmsetup remove snap
dd if=/dev/zero of=/dev/mapper/cow bs=4k count=1 oflag=direct conv=notrunc status=none
dmsetup create snap --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow P 16'
dmsetup status snap
put /dev/mapper/origin 0 8 second
dmsetup status snap
dmsetup table snap
dmsetup remove snap
dmsetup create snap --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow P 8'
dmsetup table snap
dmsetup status snap
put /dev/mapper/origin 64 8 third
dmsetup status snap
dmsetup suspend snap
put /dev/mapper/snap 0 4 late & sleep 1; jobs %%
dmsetup resume snap; wait
dmsetup status snap
dmsetup remove snap
dd if=/dev/zero of=/dev/mapper/cow bs=4k count=1 oflag=direct conv=notrunc status=none
dmsetup create snap --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow PO 8'
dmsetup table snap
put /dev/mapper/origin 64 512 flood
dmsetup status snap
digest /dev/mapper/snap 0 64
dmsetup remove snap
dmsetup create snap --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow P 8'
dmsetup status snap
dmsetup remove snap
dd if=/dev/zero of=/dev/mapper/cow bs=4k count=1 oflag=direct conv=notrunc status=none
dmsetup create bad --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow X 8'
dmsetup create bad --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow P 7'
dmsetup create bad --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow P 0'
dmsetup remove bad
dd if=/dev/zero of=/dev/mapper/cow bs=4k count=1 oflag=direct conv=notrunc status=none
dmsetup create bad --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow P 1'
dmsetup create bad --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow P'
dmsetup create bad --table '0 8192 snapshot /dev/mapper/org /dev/mapper/org P 8'
dmsetup create bad --table '0 8192 snapshot /dev/mapper/org /dev/mapper/none P 8'
dmsetup create bad --table '0 8192 snapshot-origin'
dmsetup create bad --table '0 8192 snapshot-origin /dev/mapper/org 0'
dmsetup create bad --table '0 8192 snapshot-merge /dev/mapper/org /dev/mapper/cow P 8'
dmsetup table bad
dmsetup status bad
dmsetup remove bad
dd if=/dev/zero of=/dev/mapper/cow bs=4k count=1 oflag=direct conv=notrunc status=none
dmsetup create snap --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow PO 8'
put /dev/mapper/snap 64 512 mine
dmsetup status snap
digest /dev/mapper/snap 0 64
digest /dev/mapper/snap 64 4
digest /dev/mapper/snap 500 4
put /dev/mapper/snap 64 4 again
put /dev/mapper/origin 2048 4 origin
dmsetup status snap
digest /dev/mapper/snap 64 4
dmsetup remove snap
dd if=/dev/zero of=/dev/mapper/cow bs=4k count=1 oflag=direct conv=notrunc status=none
dmsetup create snap --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow P 8 1 discard_zeroes_cow'
dmsetup table snap
dmsetup remove snap
dmsetup create snap --table '0 8192 snapshot /dev/mapper/org /dev/mapper/cow P 8'
put /dev/mapper/origin 128 64 fourth
digest /dev/mapper/snap
dmsetup suspend origin
dmsetup suspend snap
dmsetup load origin --table '0 8192 snapshot-merge /dev/mapper/org /dev/mapper/cow P 8'
dmsetup resume origin
dmsetup load snap --table '0 8192 error'
dmsetup resume snap
~ dmsetup resume origin
until_status origin '*snapshot-merge 16/512 16'
dmsetup status
digest /dev/mapper/origin
dmsetup remove snap
dmsetup remove origin
dmsetup remove cow
dmsetup remove org
