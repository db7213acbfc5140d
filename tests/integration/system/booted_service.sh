#!/usr/bin/env bash
# booted_service.sh BUILD CMAKE HELLO_EXPORTER: the installed unit under a real systemd: whom it serves and refuses, and that all of
# the daemon works inside its sandbox.
. "$(dirname "$0")/boot.sh"
. "$(dirname "$0")/checks.sh"
build=$1 cmake=$2 hello=$3

boot_prepare
install_into_place "$build" "$cmake"
beside cp "$hello" "$booted_root/root/hello.so"
beside cp "${hello%.so}.json" "$booted_root/root/hello.json"
boot_start
inside systemd-sysusers
inside systemd-tmpfiles --create strongroom.conf
inside systemctl daemon-reload

# Nothing runs yet, and nothing is started by the client.
refused 'no daemon of the machine is running' 6 inside strongroom --system status
inside systemctl enable --now --quiet strongroomd.socket
says 'inactive' inside sh -c 'systemctl is-active strongroomd.service || true'

# The first call starts it.
printf 'a value' | inside strongroom --system secret set db/key --raw >/dev/null
says 'a value' inside strongroom --system read db/key
says 'active' inside systemctl is-active strongroomd.service
main=$(inside systemctl show --value -p MainPID strongroomd.service)
says strongroom inside ps -o user= -p "$main"
says '/usr/local/bin/strongroomd --system' inside ps -o args= -p "$main"
says '700 strongroom' inside stat -c '%a %U' /var/lib/strongroom /var/lib/strongroom/data /var/lib/strongroom/state
says '755 root' inside stat -c '%a %U' /etc/strongroom
says '600 root' inside stat -c '%a %U' /run/strongroom/io.strongroom
locked=$(inside awk '/^VmLck/ { print $2 }' "/proc/$main/status")
[ "$locked" -ge 64 ] || fail "no memory is locked: $locked kB"
says 'CapBnd:0000000000000000 NoNewPrivs:1 Seccomp:2' inside awk '/^(NoNewPrivs|Seccomp|CapBnd):/ { printf "%s%s", sep, $1 $2; sep = " " } END { print "" }' "/proc/$main/status"
# The recovery of the audit log asks which boot it is.
says 37 inside nsenter -t "$main" -m sh -c 'wc -c </proc/sys/kernel/random/boot_id'

# Root of the machine is root to it although users are mapped (PrivateUsers); everybody else is not served.
[ "$(inside readlink "/proc/$main/ns/user")" != "$(inside readlink /proc/1/ns/user)" ] || fail "users are not mapped"
refused 'serves root alone: use sudo' 4 as_ordinary strongroom --system status
# Also where the socket lets them in, and where they are root of a namespace of their own.
inside chmod 666 /run/strongroom/io.strongroom
says 'a value' inside runuser -u strongroom -- strongroom --system read db/key
knock='import socket
s = socket.socket(socket.AF_UNIX); s.connect("/run/strongroom/io.strongroom")
print(s.recv(65536).decode().strip(chr(0)))'
contains 'serves root alone: use sudo' as_ordinary python3 -c "$knock"
if as_ordinary unshare --user --map-root-user true 2>/dev/null; then
  contains 'serves root alone: use sudo' as_ordinary unshare --user --map-root-user python3 -c "$knock"
fi
inside chmod 600 /run/strongroom/io.strongroom

# A stranger's plugin, in its confined process; our own exporters run there too.
inside strongroom --system plugin install /root/hello.so >/dev/null
contains '# Strongroom: Status' inside strongroom --system export status -f markdown -o -
contains 'db/key' inside sh -c 'strongroom --system export secrets -f csv -o /root/list.csv && cat /root/list.csv'
# The keychain's helper is started and says what there is not.
refused 'there is no session bus' any inside strongroom --system slot add keychain
contains '"sandbox"' inside strongroom --system status --json

# The configuration of the machine: read, reloaded, and not taken from a file that others could have written.
inside sh -c 'printf "[storage]\nisolation = \"runner\"\n" >/etc/strongroom/config.toml'
inside systemctl restart strongroomd.service
says 'a value' inside strongroom --system read db/key
inside sh -c 'printf "[storage]\nisolation = \"runner\"\n[log]\nlevel = \"debug\"\n" >/etc/strongroom/config.toml'
inside systemctl reload strongroomd.service
contains 'changed: log.level' inside journalctl --no-pager -u strongroomd.service
contains 'runner  # /etc/strongroom/config.toml:2' inside sh -c 'strongroom --system config show | tr -s " " | sed "s/ #/  #/"'
inside chmod o+w /etc/strongroom/config.toml
refused '' any inside systemctl restart strongroomd.service
contains 'can be written by everybody' inside journalctl --no-pager -u strongroomd.service
inside rm /etc/strongroom/config.toml
inside systemctl reset-failed
inside systemctl start strongroomd.socket

# A configuration that it may not reach is no missing one.
inside chmod 700 /etc/strongroom
refused '' any inside systemctl restart strongroomd.service
contains 'whether there is a configuration file cannot be told' inside journalctl --no-pager -u strongroomd.service
inside systemctl reset-failed
inside rm -r /etc/strongroom

# Backups without being asked: what root schedules, with a file and a folder that it makes, the daemon reads.
machine_by_name=(inside env STRONGROOM_SOCKET=/run/strongroom/io.strongroom strongroom)
recipient=$(inside sh -c 'umask 077; age-keygen 2>/dev/null >/root/key.txt; sed -n "s/^# public key: //p" /root/key.txt')
inside install -d -o strongroom -g strongroom -m 700 /srv/backup
inside mkdir -p /etc/systemd/system/strongroomd.service.d
inside sh -c 'printf "[Service]\nReadWritePaths=/srv/backup\n" >/etc/systemd/system/strongroomd.service.d/backup.conf'
inside systemctl daemon-reload
says /etc/strongroom/config.toml "${machine_by_name[@]}" config path
"${machine_by_name[@]}" --quiet backup schedule --folder /srv/backup --recipient "$recipient"
says '755 root root' inside stat -c '%a %U %G' /etc/strongroom
says '644 root root' inside stat -c '%a %U %G' /etc/strongroom/config.toml
inside systemctl start strongroomd.socket
inside systemctl restart strongroomd.service
contains 'Folder /srv/backup, every 24 h, 10 kept' inside strongroom --system backup list
until_says 1 inside sh -c 'ls /srv/backup/*.age | wc -l'
inside chown root:strongroom /etc/strongroom/config.toml
inside chmod 640 /etc/strongroom/config.toml
inside strongroom --system --quiet backup schedule --keep 3
says '640 root strongroom' inside stat -c '%a %U %G' /etc/strongroom/config.toml
inside systemctl restart strongroomd.service
contains 'every 24 h, 3 kept' inside strongroom --system backup list

# Root who would write files that the daemon cannot read is stopped.
refused "run this as that user: 'runuser -u strongroom" any inside strongroomd --system

# It comes back after a crash and, by the watchdog, after a hang; nothing is lost.
says 'a value' inside strongroom --system read db/key
main=$(inside systemctl show --value -p MainPID strongroomd.service)
inside kill -9 "$main"
until_says 1 inside systemctl show --value -p NRestarts strongroomd.service
says 'a value' inside strongroom --system read db/key
inside mkdir -p /run/systemd/system/strongroomd.service.d
inside sh -c 'printf "[Service]\nWatchdogSec=2\nTimeoutAbortSec=1\n" >/run/systemd/system/strongroomd.service.d/watch.conf'
inside systemctl daemon-reload
inside systemctl restart strongroomd.service
main=$(inside systemctl show --value -p MainPID strongroomd.service)
inside kill -STOP "$main"
until_says watchdog inside sh -c 'journalctl --no-pager -u strongroomd.service | grep -q "Watchdog timeout" && echo watchdog'
until_says 'a value' inside strongroom --system read db/key

# A new machine: nothing has run, and a backup comes first. The daemon could not read what root would write.
inside systemctl stop strongroomd.socket strongroomd.service
inside rm -r /var/lib/strongroom
inside systemd-tmpfiles --create strongroom.conf
says '700 strongroom strongroom' inside stat -c '%a %U %G' /var/lib/strongroom
inside install -o strongroom -m 600 /root/key.txt /srv/backup/key.txt
backup=$(inside sh -c 'ls /srv/backup/*.age')
restore=(backup restore "$backup" --identity /srv/backup/key.txt)
refused "run this as that user: 'runuser -u strongroom" 4 inside strongroom --system "${restore[@]}"
refused "run this as that user: 'runuser -u strongroom" 4 "${machine_by_name[@]}" "${restore[@]}"
says '' inside ls -A /var/lib/strongroom
contains 'Restored ' inside runuser -u strongroom -- strongroom --system "${restore[@]}"
inside systemctl start strongroomd.socket
says 'a value' inside strongroom --system read db/key
says '700 strongroom' inside stat -c '%a %U' /var/lib/strongroom /var/lib/strongroom/data /var/lib/strongroom/state
echo "the unit of the machine works"
