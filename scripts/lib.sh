# Shared by the scripts in this folder; sourced, not run. Needs: set -euo pipefail, and $root.

say() { printf '==> %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

is_installed() { dpkg-query -W -f '${Status}' "$1" 2>/dev/null | grep -q 'ok installed'; }

# Run something as root, by sudo where we are not.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# Debian packages that are missing are installed; anything else is only looked for.
# Usage: need_apt PACKAGE…
need_apt() {
  local missing=() package
  command -v dpkg-query >/dev/null 2>&1 || {
    say "not a Debian-like system: please have these ready yourself: $*"
    return 0
  }
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing: ${missing[*]}"
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null 2>&1 ||
    die "not root and no sudo; please run: apt-get install ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# The same for servers, of which only the programs are wanted: the service that Debian starts with a new
# one is stopped again; one that was there before is left alone.
# Usage: need_server PACKAGE SERVICE
need_server() {
  if ! command -v dpkg-query >/dev/null 2>&1 || is_installed "$1"; then return 0; fi
  need_apt "$1"
  if [ -d /run/systemd/system ]; then as_root systemctl disable --quiet --now "$2"; fi
}

build_packages=(gcc libc6-dev cmake ninja-build pkg-config libyaml-dev libcurl4-openssl-dev libsqlite3-dev
  libcsv-dev libmicrohttpd-dev libjansson-dev zlib1g-dev libxxhash-dev libssl-dev)

# A virtual environment with exactly what a requirements file pins.
# Usage: make_venv DIRECTORY REQUIREMENTS; fails without a Python registry
make_venv() {
  local directory=$1 requirements=$2 stamp="$1/.installed"
  if [ -f "$stamp" ] && cmp -s "$requirements" "$stamp"; then return 0; fi
  say "making $directory from $(basename "$requirements")"
  rm -rf "$directory"
  python3 -m venv "$directory" || return 1
  "$directory/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r "$requirements" || return 1
  cp "$requirements" "$stamp"
}
