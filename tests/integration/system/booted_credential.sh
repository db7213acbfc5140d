#!/usr/bin/env bash
# booted_credential.sh BUILD CMAKE: LoadCredentialEncrypted= of the installed unit under a real systemd.
. "$(dirname "$0")/boot.sh"
. "$(dirname "$0")/checks.sh"
command -v systemd-creds >/dev/null || boot_skip "systemd-creds is not here"

boot_prepare
install_into_place "$1" "$2"
boot_start
inside systemd-sysusers
inside systemd-tmpfiles --create strongroom.conf
inside mkdir -p /etc/systemd/system/strongroomd.service.d
encrypt() { inside sh -c "head -c ${2:-32} /dev/urandom | systemd-creds encrypt --with-key=host --name=strongroom.key - /etc/strongroom/$1.cred" 2>/dev/null; }
encrypt right
encrypt other
encrypt short 31
hand_over() {
  inside sh -c "printf '[Service]\nLoadCredentialEncrypted=strongroom.key:/etc/strongroom/$1.cred\n' >/etc/systemd/system/strongroomd.service.d/credential.conf"
  inside systemctl daemon-reload
  inside systemctl reset-failed
  inside systemctl restart strongroomd.socket strongroomd.service
}
strongroom() { inside strongroom --system "$@"; }

hand_over right
code=$(strongroom init | grep -oE '([0-9A-Z]{5}-){6}[0-9A-Z]{5}')
printf value | strongroom secret set a >/dev/null
strongroom slot add credential >/dev/null
strongroom slot remove "$(strongroom slot list | awk '$2 == "key_file" { print $1 }')" >/dev/null

# Also after a start of the machine's manager, with nobody there.
inside systemctl restart strongroomd.service
says value strongroom read a
contains '"opened_by":"credential"' strongroom status --json

hand_over other
refused "the credential 'strongroom.key' does not open this store" any strongroom unlock
hand_over short
refused "the credential 'strongroom.key' has less than 32 bytes" any strongroom unlock
inside rm /etc/systemd/system/strongroomd.service.d/credential.conf
inside systemctl daemon-reload
inside systemctl restart strongroomd.service
refused 'the service manager has handed over no credentials' any strongroom unlock
printf %s "$code" | strongroom unlock --recovery --quiet >/dev/null
says value strongroom read a
hand_over right
says value strongroom read a
# One that another machine's key has encrypted does not even start the unit: systemd refuses it.
inside sh -c 'mv /var/lib/systemd/credential.secret /root/old.secret'
refused '' any inside systemctl restart strongroomd.service
contains 'CREDENTIALS' inside journalctl --no-pager -u strongroomd.service
echo "a credential opens the store of the machine"
