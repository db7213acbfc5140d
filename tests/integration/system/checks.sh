# Sourced beside boot.sh: what a test expects of a command.

fail() {
  echo "FAILED: $*" >&2
  [ -z "${booted_pid:-}" ] || inside journalctl --no-pager -n 40 -u strongroomd.service >&2 || true
  exit 1
}

# says TEXT COMMAND...: its output is that line, once or again and again.
says() {
  local wanted=$1 said
  shift
  said=$("$@" | sort -u) || fail "$* ended with $?"
  [ "$said" = "$wanted" ] || fail "$*: '$said', not '$wanted'"
}

# contains TEXT COMMAND...: the text is somewhere in what it says.
contains() {
  local wanted=$1 said
  shift
  said=$("$@" 2>&1) || fail "$*: $said"
  [[ $said == *"$wanted"* ]] || fail "$*: '$said' lacks '$wanted'"
}

# refused TEXT CODE COMMAND...: it fails with that exit code ("any") and says that.
refused() {
  local wanted=$1 code=$2 said got=0
  shift 2
  said=$("$@" 2>&1) || got=$?
  [ "$got" != 0 ] || fail "$* was not refused"
  [ "$code" = any ] || [ "$got" = "$code" ] || fail "$* ended with $got, not $code: $said"
  [[ $said == *"$wanted"* ]] || fail "$*: '$said' lacks '$wanted'"
}

# until_says TEXT COMMAND...: it says so within 20 s.
until_says() {
  local wanted=$1 said=
  shift
  for _ in $(seq 200); do
    said=$("$@" 2>&1) || true
    [ "$said" != "$wanted" ] || return 0
    sleep 0.1
  done
  fail "$*: '$said', never '$wanted'"
}

# A user of the machine who is neither root nor the daemon's.
as_ordinary() { inside setpriv --reuid=64322 --regid=64322 --clear-groups -- "$@"; }

install_into_place() { # BUILD CMAKE
  beside env "DESTDIR=$booted_root" "$2" --install "$1" --prefix /usr/local >/dev/null
}

set -E
trap 'fail "line $LINENO: $BASH_COMMAND"' ERR
