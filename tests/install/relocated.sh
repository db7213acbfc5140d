#!/usr/bin/env bash
# relocated.sh SOURCE BUILD CMAKE: installs, moves the tree, builds the examples against it by find_package alone, and runs them.
set -euo pipefail
source=$1
build=$2
cmake=$3
place=$(mktemp -d "${TMPDIR:-/tmp}/strongroom install XXXXXX")
trap '[ -z "${daemon:-}" ] || kill "$daemon" 2>/dev/null || true; rm -rf "$place"' EXIT
umask 022

"$cmake" --install "$build" --prefix "$place/first" >/dev/null
mv "$place/first" "$place/moved"
for file in bin/strongroom bin/strongroomd bin/strongroom-witness bin/strongroom-plugin-runner bin/strongroom-plugin-check bin/strongroom-keychain lib/strongroom/plugins/storage_sqlite.so lib/strongroom/plugins/exporter_csv.so lib/systemd/user/strongroomd.service \
  lib/systemd/user/strongroomd.socket lib/systemd/system/strongroomd.service lib/systemd/system/strongroomd.socket lib/sysusers.d/strongroom.conf lib/tmpfiles.d/strongroom.conf share/strongroom/varlink/io.strongroom.Secret.varlink include/strongroom/client/client.h \
  share/man/man1/strongroom.1 share/man/man1/strongroom-secret-set.1 share/bash-completion/completions/strongroom \
  share/zsh/site-functions/_strongroom share/fish/vendor_completions.d/strongroom.fish; do
  [ -e "$place/moved/$file" ] || { echo "missing: $file" >&2; exit 1; }
done
# Every page is one that man can show without a complaint.
for page in "$place"/moved/share/man/man1/*.1; do
  complaints=$(LC_ALL=C.UTF-8 MANROFFSEQ='' man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null)
  [ -z "$complaints" ] || { echo "$page: $complaints" >&2; exit 1; }
done
for example in hello_client hello_storage hello_exporter hello_monitor; do
  cp -r "$source/sdk/examples/$example" "$place/$example"
  "$cmake" -S "$place/$example" -B "$place/$example/build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_PREFIX_PATH="$place/moved" >/dev/null
  "$cmake" --build "$place/$example/build" >/dev/null
done
[ -e "$place/hello_storage/build/hello_storage.so" ]
# "A complete third-party plugin is under 150 lines."
for plugin in hello_storage hello_exporter hello_monitor; do
  [ "$(wc -l <"$source/sdk/examples/$plugin/plugin.cpp")" -lt 150 ] || { echo "$plugin is too long" >&2; exit 1; }
done

# Each keeps the promises of its interface, says the tool, and the library that an author's own tests use.
for plugin in hello_storage hello_exporter hello_monitor; do
  "$place/moved/bin/strongroom" plugin check "$place/$plugin/build/$plugin.so" >"$place/checked" || { cat "$place/checked" >&2; exit 1; }
done
mkdir "$place/own tests"
cp "$source/tests/install/own_tests.cpp" "$source/tests/install/own_tests.cmake" "$place/own tests"
mv "$place/own tests/own_tests.cmake" "$place/own tests/CMakeLists.txt"
"$cmake" -S "$place/own tests" -B "$place/own tests/build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_PREFIX_PATH="$place/moved" >/dev/null
"$cmake" --build "$place/own tests/build" >/dev/null
"$place/own tests/build/own_tests" "$place/hello_exporter/build/hello_exporter.so"

mkdir -m 700 "$place/home" "$place/home/r"
export HOME="$place/home" STRONGROOM_SOCKET="$place/home/r/s"
unset XDG_DATA_HOME XDG_STATE_HOME XDG_RUNTIME_DIR XDG_CONFIG_HOME
"$place/moved/bin/strongroomd" --self-test
"$place/moved/bin/strongroomd" --log-level error &
daemon=$!
for _ in $(seq 200); do [ -S "$STRONGROOM_SOCKET" ] && break; sleep 0.05; done
[ "$("$place/hello_client/build/hello_client")" = "Hello, Strongroom" ]
[ "$("$place/moved/bin/strongroom" --no-start read strongroom://hello/client)" = "Hello, Strongroom" ]
# What a stranger has built is installed, confined and used.
cli=("$place/moved/bin/strongroom" --no-start)
"${cli[@]}" plugin install "$place/hello_exporter/build/hello_exporter.so" >/dev/null
"${cli[@]}" plugin install "$place/hello_monitor/build/hello_monitor.so" >/dev/null
"${cli[@]}" export status --format markdown --output "$place/status.md" >/dev/null
grep -q '^# Strongroom: Status' "$place/status.md"
"${cli[@]}" export secrets --output "$place/secrets.csv" >/dev/null
grep -q '^hello/client,1,' "$place/secrets.csv"
"${cli[@]}" read strongroom://nothing/here 2>/dev/null || true
for _ in $(seq 100); do "${cli[@]}" plugin logs com.example.monitor.hello | grep -q 'secret.get: not_found' && break; sleep 0.1; done
"${cli[@]}" plugin logs com.example.monitor.hello | grep -q 'secret.get: not_found'
echo "installed, moved, built against, and used"
