# Roots of Debian for chroot, for scripts that source this file after steps.sh and install.sh. Needs root.
# shellcheck shell=sh

# make_root RELEASE FOLDER: makes a root with debootstrap only, which can reach the package servers of this machine. FOLDER
# appears only when it is complete.
make_root() {
  rm -rf --one-file-system "${2:?}.making"
  mkdir -p "$2.making"
  debootstrap --variant=minbase "$1" "$2.making" &&
    cp /etc/resolv.conf "$2.making/etc/resolv.conf" || return
  for file in /etc/apt/apt.conf.d/*; do
    ! grep -qi 'proxy\|Acquire' "$file" || cp "$file" "$2.making/etc/apt/apt.conf.d/"
  done
  mv "$2.making" "$2"
}

# open_root FOLDER: mounts /proc and /dev, which programs in the root need.
open_root() {
  mountpoint -q "$1/proc" || mount -t proc proc "$1/proc"
  mountpoint -q "$1/dev" || { mount --rbind /dev "$1/dev" && mount --make-rslave "$1/dev"; }
}

# close_root FOLDER: unmounts them. Call it before removing the folder.
close_root() {
  for place in proc dev; do
    ! mountpoint -q "$1/$place" || umount -l "$1/$place"
  done
}

# in_root FOLDER PLACE COMMAND...: runs the command in the root, in folder PLACE, with a clean environment and CI=true.
in_root() {
  changed_root=$1 place=$2
  shift 2
  chroot "$changed_root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root CI=true \
    sh -c 'cd "$1" && shift && exec "$@"' sh "$place" "$@"
}
