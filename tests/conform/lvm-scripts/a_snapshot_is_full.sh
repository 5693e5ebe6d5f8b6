# What a snapshot says whose area is full, and how it goes.
put /dev/vg0/live 0 8192 before
lvcreate -s -L 4M -n b1 vg0/live
lvcreate -s -L 8M -n b2 vg0/live
put /dev/vg0/live 0 2048 after
lvs
put /dev/vg0/live 2048 2048 after
lvs
lvs -o lv_name,lv_snapshot_invalid,snap_percent
lvscan
lvdisplay vg0/b1 | grep -e 'LV snapshot status' -e 'LV Status' -e 'open' -e 'Allocated'
vgscan
vgs
pvs
pvscan
digest /dev/vg0/b1 0 64
digest /dev/vg0/b1 32768 64
put /dev/vg0/b1 0 4 mine
digest /dev/vg0/b2 0 8192
digest /dev/vg0/live 0 8192
blkid -p /dev/vg0/b1
lvextend -L +4M vg0/b1
lvcreate -s -L 4M -n b3 vg0/live
lvs
dmsetup remove vg0-b1
lvs
lvscan
lvremove -f vg0/b1
vgchange -an vg0
vgchange -ay vg0
lvs
put /dev/vg0/live 0 8192 more
lvs
vgchange -an vg0
vgchange -ay vg0
lvs
digest /dev/vg0/b2 0 8192
lvremove -f vg0/b2 vg0/b3
lvs
