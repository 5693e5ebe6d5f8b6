# Two snapshots of one origin: extended, renamed, deactivated, activated.
put /dev/vg0/live 0 256 one
lvcreate -s -L 8M -n b1 vg0/live
put /dev/vg0/live 64 64 two
lvcreate -s -L 12M -c 16k -n b2 vg0/live
put /dev/vg0/live 128 64 three
put /dev/vg0/b2 2048 32 mine
lvs -o lv_name,lv_attr,lv_size,origin,data_percent,chunk_size
lvextend -L +8M vg0/b1
lvs
lvrename vg0 b1 first
lvrename vg0/b2 second
ls /dev/vg0 /dev/mapper
digest /dev/vg0/first
digest /dev/vg0/second
lvchange -an vg0/first
lvchange -an -y vg0/first
lvs
lvchange -ay vg0/first
vgchange -an vg0
lvs
lvscan
ls /dev/mapper
vgchange -ay vg0
lvs
lvscan
ls /dev/mapper
digest /dev/vg0/live
digest /dev/vg0/first
digest /dev/vg0/second
put /dev/vg0/live 192 64 four
digest /dev/vg0/first
digest /dev/vg0/second
lvremove -f vg0/first
lvs
digest /dev/vg0/second
lvremove -y vg0
lvs
vgs
pvs
