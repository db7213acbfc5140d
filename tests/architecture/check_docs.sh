#!/usr/bin/env bash
# check_docs.sh SOURCE BIN: generated pages are current, the example configuration is valid, links between pages lead somewhere.
set -euo pipefail
source=$1
bin=$2
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$source/.ci/generate-docs" "$made" "$bin"
for page in cli.md configuration.md protocol; do
  diff -ru "$source/docs/$page" "$made/$page" || { echo "docs/$page is not current; 'make docs' writes it" >&2; exit 1; }
done
HOME="$made" "$bin/strongroomd" --check-config --config "$source/docs/config.example.toml"
status=0
while IFS=: read -r file link; do
  target="$(dirname "$file")/${link%%#*}"
  [ -e "$target" ] || { echo "$file: there is no $link" >&2; status=1; }
done < <(cd "$source" && grep -oE '\]\([^)#:]+[^):]*\)' -- README.md CONTRIBUTING.md SECURITY.md docs/*.md | sed -E "s|^([^:]+):\]\(([^)]*)\)|$source/\1:\2|")
exit $status
