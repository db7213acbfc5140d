#!/usr/bin/env bash
# unit_security.sh SOURCE: what systemd itself says of the machine's unit, without starting it.
set -euo pipefail
source=$1
if ! systemd-analyze security --help 2>/dev/null | grep -q -- --offline; then
  echo "SKIPPED: there is no systemd-analyze that can look at a unit's file"
  exit 77
fi
place=$(mktemp -d "${TMPDIR:-/tmp}/strongroom unit XXXXXX")
trap 'rm -rf "$place"' EXIT

# Any program that is there, for systemd-analyze verify.
sed 's,@STRONGROOM_BIN@/strongroomd,/bin/true,' "$source/systemd/system/strongroomd.service" >"$place/strongroomd.service"
cp "$source/systemd/system/strongroomd.socket" "$place"

# In tenths: an exposure of 0.8 of 10.
exposed() { systemd-analyze security --no-pager --offline=true --threshold=8 "$1" >"$place/said" 2>&1; }
exposed "$place/strongroomd.service" || { cat "$place/said" >&2; exit 1; }
grep 'Overall exposure' "$place/said"

# The limit can be passed: without these it is.
mkdir "$place/weaker"
grep -v -e '^PrivateNetwork' -e '^CapabilityBoundingSet' -e '^RestrictAddressFamilies' "$place/strongroomd.service" >"$place/weaker/strongroomd.service"
if exposed "$place/weaker/strongroomd.service"; then
  echo "a weaker unit passes too" >&2
  exit 1
fi

complaints=$(systemd-analyze verify --man=no "$place/strongroomd.service" "$place/strongroomd.socket" 2>&1 | grep strongroomd || true)
[ -z "$complaints" ] || { echo "$complaints" >&2; exit 1; }
