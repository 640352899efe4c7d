#!/bin/sh
# Packs a built binary with its units and pages: docs/install/tarball.sh [BINARY] [FOLDER]. Prints the tarball's name.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
binary=${1:-$root/target/release/xushi}
to=${2:-.}
version=$("$binary" --version | cut -d ' ' -f 2)
name=xushi-$version-linux-$(uname -m)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/$name/bin" "$work/$name/systemd" "$work/$name/doc"
install -m 0755 "$binary" "$work/$name/bin/xushi"
install -m 0755 "$root/docs/install/install.sh" "$work/$name/install.sh"
install -m 0644 "$root"/docs/install/*.service "$root"/docs/install/*.timer "$work/$name/systemd/"
install -m 0644 "$root/README.md" "$root/LICENSE" "$root/docs/OPERATING.md" "$root/docs/API.md" "$root/docs/VERSIONS.md" "$work/$name/doc/"
# Every setting with its default, as comments: what is not said holds by itself, in later versions too.
sed 's/^\([a-z_]* = \)/# \1/' "$root/src/config/default.toml" >"$work/$name/xushi.toml"
tar -C "$work" --owner=0 --group=0 --sort=name -czf "$to/$name.tar.gz" "$name"
echo "$to/$name.tar.gz"
