# kpartx on a snapshot whose content is a partitioned disk.
printf '\x80\x00\x01\x01\x83\x00\x00\x00\x00\x08\x00\x00\x00\x80\x00\x00' | dd of=/dev/vg0/live bs=1 seek=446 conv=notrunc,fsync status=none
printf '\x00\x00\x01\x01\x83\x00\x00\x00\x00\x90\x00\x00\x00\x40\x00\x00' | dd of=/dev/vg0/live bs=1 seek=462 conv=notrunc,fsync status=none
printf '\x55\xaa' | dd of=/dev/vg0/live bs=1 seek=510 conv=notrunc,fsync status=none
put /dev/vg0/live 1024 64 first
lvcreate -s -L 8M -n backup-1 vg0/live
kpartx -l -p X /dev/vg0/backup-1
kpartx -a -v -p X /dev/vg0/backup-1
ls /dev/mapper
blkid -p /dev/vg0/backup-1
digest /dev/mapper/vg0-backup--1X1 0 64
put /dev/vg0/live 1024 64 second
digest /dev/mapper/vg0-backup--1X1 0 64
lvs
lvscan
lvremove -f vg0/backup-1
hold /dev/mapper/vg0-backup--1X1
kpartx -d -p X /dev/vg0/backup-1
kpartx -d -v -p X /dev/vg0/backup-1
let_go
kpartx -a -p X /dev/vg0/backup-1
put /dev/vg0/live 16384 16384 third
lvs
dmsetup status
digest /dev/mapper/vg0-backup--1X1 0 64
dmsetup remove vg0-backup--1
dmsetup remove vg0-backup--1X1
dmsetup remove vg0-backup--1X2
dmsetup remove vg0-backup--1
dmsetup remove vg0-backup--1-cow
lvs
lvscan
lvremove -f vg0/backup-1
kpartx -d -p X /dev/vg0/backup-1
lvs
