#!/bin/sh
# What shop needs on web1, to be deployed by deploy. Made by conc prepare. Read it; then, as root there:
#   sh THIS          does what lacks; a second run finds nothing to do
#   sh THIS check    tells what lacks, and changes nothing
# It installs, makes and adds. It removes nothing, upgrades nothing, and leaves alone what is there and differs in owner.
# Not in it: tidy declares sudo=True and no commands: it needs all of sudo, which conc does not give

set -u
umask 022
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL
mode=${1:-apply}
cd /

# Is a Debian package installed, or one that provides it?
installed() {
  dpkg-query -W -f '${db:Status-Status} ${Package} ${Provides}\n' | sed -n 's/^installed //p' |
    sed 's/([^)]*)//g' | tr ', ' '\n\n' | grep -qxF -- "$1"
}
# A command as this user, in their home, with their rights.
as_user() {
  user=$1
  shift
  if [ "$(id -un)" = "$user" ]; then "$@"; else runuser -u "$user" -- env HOME="$(getent passwd "$user" | cut -d: -f6)" "$@"; fi
}

rules() {
  cat <<'END'
# What sudo allows deploy for shop, and no more. Written by conc prepare, which writes it anew.
# Who may have files placed in /etc by root is root in effect: see docs/security.md of conc.
# tidy declares sudo=True and no commands: it needs all of sudo, which conc does not give
deploy ALL=(root) NOPASSWD: /usr/local/lib/conc/place "", /usr/bin/systemctl reload *
deploy ALL=(postgres) NOPASSWD: /usr/bin/psql -f /srv/a\ b
END
}

# packages: Debian packages: python3, sudo, nginx, cron, libpq5
#   python3: python = python3
#   sudo: root has to allow who deploys some commands
#   nginx: etc/nginx/sites-available/shop
#   cron: etc/cron.d/shop
#   libpq5: packages
has_packages() {
  lacking=
  installed python3 || lacking="$lacking python3"
  installed sudo || installed sudo-rs || lacking="$lacking sudo"
  installed nginx || installed nginx-light || installed nginx-core || installed nginx-full || installed nginx-extras || lacking="$lacking nginx"
  installed cron || installed cron-daemon || lacking="$lacking cron"
  installed libpq5 || lacking="$lacking libpq5"
  [ -z "$lacking" ] || { echo "not installed:$lacking"; false; }
}
make_packages() {
  apt-get -o DPkg::Lock::Timeout=600 -qq update || echo 'apt-get update did not succeed: the lists that are there must do'
  DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l apt-get -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confold -qy --no-install-recommends --no-upgrade install python3 sudo nginx cron libpq5
}

# account: the system account shop
#   service.user: processes run as it
has_account() {
  id -u shop
}
make_account() {
  useradd --system --user-group --no-create-home --home-dir / --shell /usr/sbin/nologin shop
}

# user: the user deploy
#   admin: who deploys, by key alone
has_user() {
  id -u deploy
}
make_user() {
  useradd --create-home --shell /bin/bash deploy
}

# key: the public key that who deploys logs in with
#   ops@example.org
has_key() {
  key='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE ops@example.org'
  as_user deploy sh -c 'cat ~/.ssh/authorized_keys' 2>/dev/null | grep -qxF -- "$key"
}
make_key() {
  key='ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE ops@example.org'
  printf '%s\n' "$key" | as_user deploy sh -c 'umask 077; mkdir -p ~/.ssh && cd ~/.ssh && { [ -z "$(tail -c 1 authorized_keys 2>/dev/null)" ] || echo; cat; } >>authorized_keys'
}

# group: deploy in the group of shop
#   service.user: both write to shared/
has_group() {
  id -Gn deploy | tr ' ' '\n' | grep -qxF -- "$(id -gn shop)"
}
make_group() {
  usermod --append --groups "$(id -gn shop)" deploy
}

# root: /srv/shop, of deploy
#   root: everything of the application lies there
has_root() {
  folder=/srv/shop
  [ -n "$(find "$folder" -maxdepth 0 -type d -user deploy -perm -705 2>/dev/null)" ] || { ls -ld "$folder"; false; }
}
make_root() {
  folder=/srv/shop
  as_user deploy mkdir -p -- "$folder" 2>/dev/null || install -d -m 0755 "$folder"
  [ -z "$(find "$folder" -maxdepth 0 -type d -uid 0 -empty)" ] || chown deploy: "$folder"
  owner=$(stat -c %U "$folder")
  [ "$owner" = deploy ] || { echo "it belongs to $owner, and is left as it is: remove it, or choose another root"; false; }
  as_user deploy chmod u=rwx,o+rx "$folder"
}

# shared: shared/ in it, which shop may write to
#   service.user: data, sockets and logs of processes
has_shared() {
  folder=/srv/shop/shared
  for one in "$folder" "$folder/log"; do
    [ -n "$(find "$one" -maxdepth 0 -type d -group "$(id -gn shop)" -perm -2775 2>/dev/null)" ] || { ls -ld "$one"; return 1; }
  done
}
make_shared() {
  folder=/srv/shop/shared
  as_user deploy mkdir -p -- "$folder/log"
  as_user deploy chgrp -- "$(id -gn shop)" "$folder" "$folder/log"
  as_user deploy chmod u=rwx,g=rwxs,o=rx "$folder" "$folder/log"
}

# machine: /var/lib/conc, of root
#   the machine's record of what is whose, shop's among it
has_machine() {
  [ -n "$(find /var/lib/conc -maxdepth 0 -type d -uid 0 ! -perm /022)" ] && [ -d /var/lib/conc/owners ]
}
make_machine() {
  install -d -o root -g root -m 0755 /var/lib/conc /var/lib/conc/owners
}

# program: /usr/local/lib/conc/place, of root
#   it places files in /etc and units: what sudo has to allow is this one command (docs/security.md)
has_program() {
  echo 'd69ea8cda2433733c1ce02de65da8f48e6a3dbba6bb18876a2062908e54ef7cb  /usr/local/lib/conc/place' | sha256sum -c --status && [ -n "$(find /usr/local/lib/conc/place -maxdepth 0 -type f -uid 0 -perm 755)" ]
}
make_program() {
  install -d -o root -g root -m 0755 /usr/local/lib/conc
  base64 -d <<'END' | gzip -d >/usr/local/lib/conc/.place
H4sIAAAAAAACA0tUKCjKTy9KzAUA5UvmWwkAAAA=
END
  echo 'd69ea8cda2433733c1ce02de65da8f48e6a3dbba6bb18876a2062908e54ef7cb  /usr/local/lib/conc/.place' | sha256sum -c --status
  chmod 0755 /usr/local/lib/conc/.place
  mv -f /usr/local/lib/conc/.place /usr/local/lib/conc/place
}

# sudo: /etc/sudoers.d/conc-shop: what sudo allows deploy, without a password
#   as root: /usr/local/lib/conc/place ""
#   as root: /usr/bin/systemctl reload *
#   as postgres: /usr/bin/psql -f /srv/a\ b
has_sudo() {
  if [ "$(id -u)" = 0 ]; then rules | cmp -s - /etc/sudoers.d/conc-shop && [ "$(stat -c '%a %u' /etc/sudoers.d/conc-shop)" = '440 0' ]
  elif [ "$(id -un)" = deploy ]; then sudo=$(command -v sudo || command -v sudo-rs) && "$sudo" -n -u root -l -- /usr/local/lib/conc/place >/dev/null && "$sudo" -n -u postgres -l -- /usr/bin/psql -f '/srv/a b' >/dev/null
  else echo "only root can see it"; false; fi
}
make_sudo() {
  check=$(command -v visudo || command -v visudo-rs)
  new=$(mktemp /etc/sudoers.d/.conc.XXXXXX)
  rules >"$new"
  chmod 0440 "$new"
  "$check" -c -q -f "$new" || { rm -f "$new"; false; }
  mv -f "$new" /etc/sudoers.d/conc-shop
}

lacking=0
did=
begin() {
  name=$(sed -n 's/^PRETTY_NAME=//p' /etc/os-release 2>/dev/null | tr -d '"')
  if command -v apt-get >/dev/null && command -v dpkg-query >/dev/null; then
    echo "system: debian $name"
  else
    echo "system: other ${name:-of an unknown name}"
    exit 3
  fi
  echo "uid: $(id -u)"
  [ "$mode" = check ] || [ "$(id -u)" = 0 ] || { echo 'to be run by root' >&2; exit 1; }
}
tell() { [ -z "$2" ] || printf '%s\n' "$2" | sed "s/^/$1: | /"; }
need() {
  found=$("has_$1" 2>&1 </dev/null) && { echo "$1: there"; return; }
  if [ "$mode" = check ]; then
    tell "$1" "$found"
    echo "$1: lacks"
    lacking=1
    return
  fi
  echo "$1: doing"
  said=$(set -e; "make_$1" 2>&1 </dev/null)
  code=$?
  if [ "$code" = 0 ] && found=$("has_$1" 2>&1 </dev/null); then
    tell "$1" "$said"
    echo "$1: done"
    did="$did,\"$1\""
  else
    tell "$1" "$said"
    tell "$1" "$found"
    echo "$1: failed"
    record "$1"
    exit 1
  fi
}
finish() {
  [ "$mode" = check ] || record
  exit "$lacking"
}

# Who prepared what, and when.
record() {
  [ -d /var/lib/conc ] && [ -n "$did$*" ] || return 0
  known='"node":"web1","app":"shop","user":"deploy","by":"ops@desk"'
  failed=null
  [ $# = 0 ] || failed="\"$1\""
  printf '{"time":"%s",%s,"did":[%s],"failed":%s}\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$known" "${did#,}" "$failed" >>/var/lib/conc/prepared.jsonl
}

main() {
  begin
  need packages
  need account
  need user
  need key
  need group
  need root
  need shared
  need machine
  need program
  need sudo
  finish
}
main
