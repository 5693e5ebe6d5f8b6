# The life of one snapshot.
lvs
dmsetup table
put /dev/vg0/live 0 64 before
lvcreate -s -L 8M -n b1 vg0/live
lvs
lvscan
put /dev/vg0/live 0 64 after
put /dev/vg0/b1 1024 4 mine
digest /dev/vg0/live
digest /dev/vg0/b1
lvs -o lv_name,lv_attr,origin,data_percent,snap_percent,metadata_percent
lvremove -f vg0/b1
lvs
digest /dev/vg0/live
