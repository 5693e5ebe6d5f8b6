# What a suspended device does, and those above it.
dmsetup create low --table "0 8192 linear $PV 200704"
dmsetup create high --table '0 8192 linear /dev/mapper/low 0'
put /dev/mapper/high 0 64 one
dmsetup suspend low
put /dev/mapper/high 0 4 two & sleep 1; jobs %%
dmsetup info -c --noheadings -o name,suspended
dmsetup status
dmsetup resume low; wait
digest /dev/mapper/low 0 64
dmsetup suspend high
put /dev/mapper/low 0 4 three
put /dev/mapper/high 0 4 four & sleep 1; jobs %%
dmsetup load high --table '0 4096 error'
~ dmsetup resume high; wait
dmsetup table high
digest /dev/mapper/low 0 64
dmsetup remove high
dmsetup suspend low
dmsetup remove low
dmsetup create low --table "0 8192 linear $PV 200704"
dmsetup suspend --noflush low
dmsetup resume low
dmsetup suspend --nolockfs low
dmsetup resume low
mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 /dev/mapper/low
mount /dev/mapper/low mnt
dmsetup suspend low
touch mnt/file & sleep 1; jobs %%
dmsetup resume low; wait
ls mnt
dmsetup remove low
umount mnt
dmsetup remove low
