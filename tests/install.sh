#!/bin/sh
# Installs the packages for building and testing from the distribution, but only missing ones: a second run asks no server.
# Run it, or source it after steps.sh and call install_packages with additional packages.
# All four distributions know the names pkg-config and catch2 (the newer ones have them as transitional packages for pkgconf
# and libcatch2-dev).
# shellcheck source=tests/steps.sh
command -v test_in >/dev/null || . "$(dirname -- "$0")/steps.sh" # not `step`: a program may have that name

# Packages that Ubuntu 22.04 lacks. Without them meson leaves out what needs them: prometheus-cpp is for hearth_metrics.
packages_if_known='prometheus-cpp-dev'
packages='g++ meson ninja-build pkg-config libcaf-dev libcereal-dev libspdlog-dev catch2 libssl-dev libxxhash-dev libcli11-dev liburing-dev libmicrohttpd-dev libcurl4-openssl-dev'

is_missing() {
  case $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) in
    installed) return 1 ;;
  esac
}

missing_packages() {
  for package in $packages "$@"; do
    ! is_missing "$package" || printf ' %s' "$package"
  done
  for package in $packages_if_known; do
    ! is_missing "$package" || ! apt-cache show "$package" >/dev/null 2>&1 || printf ' %s' "$package"
  done
}

# Updates first, because the package lists may be old or missing. A failed update does not matter if the packages install.
apt_install() {
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 update || true
  # shellcheck disable=SC2046 # a list of names; asked again, because only the new package lists may know some of them
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends \
    $(missing_packages "$@")
}

install_packages() {
  if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "This script installs with apt-get (Debian 12/13, Ubuntu 22.04/24.04), which is not here. Needed: a C++20 compiler," >&2
    echo "meson, ninja, pkg-config, CAF 0.17.x, cereal, spdlog, Catch2, OpenSSL, xxHash, CLI11; liburing, libmicrohttpd, libcurl and prometheus-cpp if they are there. With them: meson setup build && meson test -C build" >&2
    return 2
  fi
  wanted=$(missing_packages "$@")
  [ -n "$wanted" ] || return 0
  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    # Asks here, where the user sees the prompt for the password. `sudo -v` may ask even if no password is needed.
    if ! command -v sudo >/dev/null || ! { sudo -n true 2>/dev/null || sudo -v; }; then
      echo "Neither root nor sudo: have these installed, then run this again: apt-get install --no-install-recommends$wanted" >&2
      return 2
    fi
  fi
  step "installing$wanted" install apt_install "$@" && return
  if grep -q '^ID=ubuntu' /etc/os-release; then
    echo "On Ubuntu most of these are in 'universe', which may be off: sudo add-apt-repository universe" >&2
  fi
  return 1
}

case $0 in
  install.sh | */install.sh) install_packages "$@" ;;
esac
