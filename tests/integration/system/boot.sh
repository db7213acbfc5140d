# Sourced: boots the system's own systemd as process 1 of a place of its own, so that units run as they will: over an
# overlay whose changes are gone afterwards, with namespaces and a cgroup of its own. As root, on Linux.
#
#   boot_prepare                 makes the place; $booted_root is its file system, to install into
#   boot_start                   boots; 77 when systemd does not come up
#   inside COMMAND...            runs a command in it
#   boot_end                     ends everything of it
set -euo pipefail

boot_skip() { echo "SKIPPED: $*"; exit 77; }

boot_prepare() {
  [ "$(id -u)" = 0 ] || boot_skip "only root can boot a systemd"
  for tool in unshare nsenter pivot_root systemctl; do
    command -v "$tool" >/dev/null || boot_skip "$tool is not here"
  done
  [ -x /lib/systemd/systemd ] || boot_skip "systemd is not installed"
  booted_cgroup=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
  [ -n "$booted_cgroup" ] || boot_skip "there is no cgroup2"
  booted_cgroup=$booted_cgroup/strongroom-test-$$
  mkdir "$booted_cgroup" 2>/dev/null || boot_skip "no cgroup can be made"
  booted_place=$(mktemp -d "${TMPDIR:-/tmp}/strongroom-boot-XXXXXX")
  trap boot_end EXIT
  # Mounts that nobody else sees; the namespace lives as long as this sleeping process.
  unshare --mount --propagation private sh -c 'cd /; echo ready; exec sleep 600' >"$booted_place/ready" &
  booted_keeper=$!
  until grep -qs ready "$booted_place/ready"; do kill -0 $booted_keeper 2>/dev/null || boot_skip "no namespace can be made"; done
  booted_root=$booted_place/w/root
  nsenter -t $booted_keeper -m sh -e -c '
    mkdir "$0/w"; mount -t tmpfs tmpfs "$0/w"; mkdir "$0/w/up" "$0/w/work" "$0/w/root"
    mount -t overlay overlay -o "lowerdir=/,upperdir=$0/w/up,workdir=$0/w/work" "$0/w/root"
    cd "$0/w/root"
    mount -t tmpfs tmpfs run; mount -t tmpfs tmpfs tmp; mount -t tmpfs -o mode=755 tmpfs dev
    mkdir dev/pts dev/shm; for node in null zero full random urandom tty; do touch dev/$node; mount --bind /dev/$node dev/$node; done
    ln -s /proc/self/fd dev/fd; ln -s pts/ptmx dev/ptmx
    # Only what a bare system starts, and what the test installs.
    rm -rf etc/systemd/system/*.wants etc/systemd/user/*.wants
    for unit in systemd-sysctl systemd-modules-load systemd-random-seed systemd-timesyncd systemd-networkd systemd-binfmt getty@ \
      console-getty; do ln -sf /dev/null "etc/systemd/system/$unit.service"; done
    echo 0123456789abcdef0123456789abcdef > etc/machine-id
    mkdir -p .old' "$booted_place" 2>"$booted_place/why" || boot_skip "no place can be made: $(cat "$booted_place/why")"
}

# In the place before it boots: commands see the host's files, and the place's at $booted_root.
beside() { nsenter -t "$booted_keeper" -m -- "$@"; }

boot_start() {
  sh -c 'echo $$ >"$0/cgroup.procs"; exec nsenter -t "$1" -m unshare --pid --fork --kill-child --uts --ipc --net --cgroup --mount --propagation private sh -e -c "
    cd \"\$0\"
    mount -t proc proc proc; mount --bind proc/sys proc/sys; mount -o remount,bind,ro proc/sys; mount -t sysfs -o ro sysfs sys; mount -t tmpfs tmpfs sys/fs/cgroup 2>/dev/null || true
    mount -t cgroup2 cgroup2 sys/fs/cgroup
    pivot_root . .old; umount -l /.old
    # As process 1 of a machine has it; in a container systemd leaves that to whoever made it.
    mount --make-rshared /
    exec env -i container=strongroom PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --system --unit=multi-user.target --log-target=journal" "$2"' \
    "$booted_cgroup" "$booted_keeper" "$booted_root" </dev/null >"$booted_place/log" 2>&1 &
  booted_outer=$!
  for _ in $(seq 300); do
    booted_pid=$(pgrep -P $booted_outer || true)
    if [ -n "$booted_pid" ]; then
      case $(inside systemctl is-system-running 2>/dev/null || true) in running | degraded) return 0 ;; esac
    fi
    kill -0 $booted_outer 2>/dev/null || break
    sleep 0.1
  done
  boot_skip "systemd does not come up here: $(tail -n 5 "$booted_place/log")"
}

inside() { nsenter -t "$booted_pid" -a -- env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"; }

boot_end() {
  [ -z "${booted_outer:-}" ] || { kill -9 "$booted_outer" 2>/dev/null || true; wait "$booted_outer" 2>/dev/null || true; }
  [ -z "${booted_keeper:-}" ] || { kill "$booted_keeper" 2>/dev/null || true; wait "$booted_keeper" 2>/dev/null || true; }
  for _ in $(seq 100); do
    find "$booted_cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || true
    [ -d "$booted_cgroup" ] || break
    sleep 0.05
  done
  rm -rf --one-file-system "$booted_place"
}
