# shellcheck shell=bash
# Shared by the scripts beside it: saying things, and installing what is missing.

# rustup puts its programs there, and tells only login shells.
PATH="${CARGO_HOME:-${HOME:-}/.cargo}/bin:$PATH"

say() { printf '>> %s\n' "$*"; }

die() {
  printf '!! %s\n' "$*" >&2
  exit 1
}

# Said at once and again in the summary of scripts/test, so that it is not lost
# among other lines.
note() {
  printf '\n!! %s !!\n\n' "$*" >&2
  if [[ -n ${NOTES:-} ]]; then printf '%s\n' "$*" >>"$NOTES"; fi
}

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -n "$@"
  else
    die "needs root or sudo: $*"
  fi
}

apt_install() { # PACKAGE...
  command -v apt-get >/dev/null || die "install by hand, there is no apt-get here: $*"
  say "installing from Debian: $*"
  as_root apt-get -q update
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -q install -y --no-install-recommends "$@"
}

need_command() { # COMMAND PACKAGE...
  command -v "$1" >/dev/null && return
  say "$1 is missing"
  apt_install "${@:2}"
}

# Where cargo puts what it builds.
target_directory() {
  cargo metadata --locked --format-version 1 --no-deps |
    sed -E 's/.*"target_directory":"([^"]*)".*/\1/'
}

# What checks the browser modules.
need_web() {
  need_command node nodejs
  need_command npm npm
  npm ci --prefix web --no-audit --no-fund
}

# The service in Chromium: UNDERSTORY_BIN, or what this working tree builds.
need_service() { # debug | release
  need_web
  need_command chromium chromium
  [[ -z ${UNDERSTORY_BIN:-} ]] || return 0
  need_command cc gcc libc6-dev
  local flags=(--locked --bin understory)
  [[ $1 == debug ]] || flags+=(--release)
  cargo build "${flags[@]}"
  UNDERSTORY_BIN=$(target_directory)/$1/understory
  export UNDERSTORY_BIN
}
