# Back to what it was.
put /dev/vg0/live 0 1024 before
lvcreate -s -L 8M -n m1 vg0/live
put /dev/vg0/live 512 1024 after
put /dev/vg0/m1 4096 64 mine
digest /dev/vg0/m1
lvconvert -i 1 --merge vg0/m1
until_status vg0-live '* linear *'
lvs
digest /dev/vg0/live
lvcreate -s -L 8M -n m2 vg0/live
lvcreate -s -L 8M -n k2 vg0/live
put /dev/vg0/live 0 64 later
digest /dev/vg0/m2
digest /dev/vg0/k2
lvconvert -i 1 --merge vg0/m2
until_status vg0-live '* snapshot-origin *'
lvs
digest /dev/vg0/live
digest /dev/vg0/k2
lvconvert -i 1 --merge vg0/k2
until_status vg0-live '* linear *'
digest /dev/vg0/live
lvcreate -s -L 8M -n m3 vg0/live
put /dev/vg0/live 0 64 last
hold /dev/vg0/live
lvconvert -i 1 --merge vg0/m3
lvs -a -o lv_name,lv_attr,origin,lv_merging
let_go
vgchange -an vg0
~ vgchange -ay vg0
until_gone vg0-m3-cow
lvs
digest /dev/vg0/live
