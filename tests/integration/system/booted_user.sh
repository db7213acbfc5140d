#!/usr/bin/env bash
# booted_user.sh BUILD CMAKE HELLO_EXPORTER: the user's unit under a user's real manager, plugins included.
. "$(dirname "$0")/boot.sh"
. "$(dirname "$0")/checks.sh"
build=$1 cmake=$2 hello=$3

boot_prepare
install_into_place "$build" "$cmake"
beside cp "$hello" "$booted_root/opt/hello.so"
beside cp "${hello%.so}.json" "$booted_root/opt/hello.json"
boot_start
inside useradd --create-home somebody
user=$(inside id -u somebody)
inside loginctl enable-linger somebody || boot_skip "no user's manager can be started (libpam-systemd)"
until_says active inside systemctl is-active "user@$user.service"
as_somebody() { inside runuser -u somebody -- env "XDG_RUNTIME_DIR=/run/user/$user" "$@"; }

as_somebody systemctl --user --quiet enable --now strongroomd.socket
printf value | as_somebody strongroom --no-start secret set a >/dev/null
says value as_somebody strongroom --no-start read a
says active as_somebody systemctl --user is-active strongroomd.service
as_somebody strongroom plugin install /opt/hello.so >/dev/null
contains '# Strongroom: Status' as_somebody strongroom export status -f markdown -o -
as_somebody systemctl --user restart strongroomd.service
says value as_somebody strongroom --no-start read a
echo "the user's unit works"
