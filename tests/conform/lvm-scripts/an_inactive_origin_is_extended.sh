# An origin is made longer while neither it nor its snapshot is active.
put /dev/vg0/live 0 1024 before
lvcreate -L 8M -n data vg0
put /dev/vg0/data 0 8192 before
lvcreate -s -L 8M -n s1 vg0/data
put /dev/vg0/data 0 64 after
lvextend -L +4M vg0/data
vgchange -an vg0
lvextend -L +4M vg0/data
vgchange -ay vg0
lvs -o lv_name,lv_attr,lv_size,data_percent vg0
dmsetup table
dmsetup status
digest /dev/vg0/s1 0 8192
digest /dev/vg0/data 0 8192
put /dev/vg0/data 8192 64 after
put /dev/vg0/data 1024 64 after
dmsetup status
digest /dev/vg0/s1 0 8192
lvremove -f vg0/s1
lvremove -f vg0/data
# The whole volume, with a snapshot that is merged afterwards.
lvcreate -s -L 8M -n s1 vg0/live
put /dev/vg0/live 0 64 after
vgchange -an vg0
lvextend -L +4M vg0/live
vgchange -ay vg0
dmsetup table
dmsetup status
digest /dev/vg0/s1 0 1024
put /dev/vg0/live 65536 64 after
put /dev/vg0/live 512 64 after
digest /dev/vg0/s1 0 1024
lvs -o lv_name,lv_attr,lv_size,data_percent vg0
lvremove -f vg0/s1
digest /dev/vg0/live 0 1024
