#!/bin/sh
# Installs from the distribution what building and testing needs, and only what is missing: a repeat asks no server.
# Run it, or source it after steps.sh and call install_packages with what is needed beyond the usual.
# pkg-config and catch2 are the names that all four distributions know (where they moved on, they are transitional
# packages for pkgconf and libcatch2-dev).
# shellcheck source=tests/steps.sh
command -v test_in >/dev/null || . "$(dirname -- "$0")/steps.sh" # not `step`: there are programs of that name

packages='g++ meson ninja-build pkg-config libcaf-dev libcereal-dev libspdlog-dev catch2 libssl-dev libxxhash-dev libcli11-dev liburing-dev'

missing_packages() {
  for package in $packages "$@"; do
    case $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) in
      installed) ;;
      *) printf ' %s' "$package" ;;
    esac
  done
}

# The lists may be from last year or not there; a server that fails is no matter if the packages come all the same.
apt_install() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 update || true
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@"
}

install_packages() {
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "This script installs with apt-get (Debian 12/13, Ubuntu 22.04/24.04), which is not here. Needed: a C++20 compiler," >&2
    echo "meson, ninja, pkg-config, CAF 0.17.x, cereal, spdlog, Catch2, OpenSSL, xxHash, CLI11; liburing if it is there. With them: meson setup build && meson test -C build" >&2
    return 2
  fi
  wanted=$(missing_packages "$@")
  [ -n "$wanted" ] || return 0
  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    # Asked here, where a prompt for the password can be seen; `sudo -v` may ask where no password is needed.
    if ! command -v sudo >/dev/null || ! { sudo -n true 2>/dev/null || sudo -v; }; then
      echo "Neither root nor sudo: have these installed, then run this again: apt-get install --no-install-recommends$wanted" >&2
      return 2
    fi
  fi
  # shellcheck disable=SC2086 # a list of names
  step "installing$wanted" install apt_install $wanted && return
  if grep -q '^ID=ubuntu' /etc/os-release; then
    echo "On Ubuntu most of these are in 'universe', which may be off: sudo add-apt-repository universe" >&2
  fi
  return 1
}

case $0 in
  install.sh | */install.sh) install_packages "$@" ;;
esac
