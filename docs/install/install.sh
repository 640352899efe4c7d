#!/bin/sh
# Installs Xushi, or another version of it, from the unpacked tarball on a machine with systemd. Run as root. Settings and data stay.
set -eu
here=$(cd "$(dirname "$0")" && pwd)

if [ "$(id -u)" -ne 0 ]; then
    echo "run as root" >&2
    exit 1
fi
"$here/bin/xushi" --version >/dev/null || {
    echo "this binary does not run on this machine (a Linux of another kind, or too old)" >&2
    exit 1
}
id xushi >/dev/null 2>&1 || useradd --system --home-dir /var/lib/xushi --shell /usr/sbin/nologin xushi
install -d -o xushi -g xushi -m 0750 /var/lib/xushi
if [ -x /usr/local/bin/xushi ]; then
    # To go back: stop, put this file in place again, restore the copy made before.
    cp -p /usr/local/bin/xushi /usr/local/bin/xushi.before
fi
# Under another name first, since a running program cannot be written over.
install -m 0755 "$here/bin/xushi" /usr/local/bin/xushi.new
mv -f /usr/local/bin/xushi.new /usr/local/bin/xushi
install -d /usr/local/share/doc/xushi
install -m 0644 "$here"/doc/* /usr/local/share/doc/xushi/
install -m 0644 "$here"/systemd/* /etc/systemd/system/
[ -e /etc/xushi.env ] || install -m 0600 /dev/null /etc/xushi.env
[ -e /var/lib/xushi/xushi.toml ] || install -o xushi -g xushi -m 0640 "$here/xushi.toml" /var/lib/xushi/xushi.toml
systemctl daemon-reload 2>/dev/null || true
cat <<'TEXT'
Installed. Next, in /var/lib/xushi, as user xushi:
  xushi check-config      settings are in xushi.toml and /etc/xushi.env
  xushi migrate           makes the database and prints the administrator's key, once
  xushi doctor            says what is missing
then
  systemctl enable --now xushi xushi-backup.timer
TEXT
