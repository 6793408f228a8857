#!/bin/sh
# Tests the dashboard of the admin server in a headless Chromium, with a cache whose disk is too slow. Screenshots are in
# build-dashboard/. Needs build/ with `hearth`, which tests/run.sh makes. Ends with "N passed, N failed", counted in checks.
set -eu
# shellcheck source=tests/steps.sh
. "$(dirname -- "$0")/steps.sh"
# shellcheck source=tests/install.sh
. "$root/tests/install.sh"

kept=$root/build-dashboard
closing='0 passed, 1 failed'
server=
trap 'status=$?; [ -z "$server" ] || kill "$server" 2>/dev/null; echo "$closing"; exit "$status"' EXIT

install_packages chromium chromium-driver python3-selenium
mkdir -p "$kept"
"$root/build/actors/host/program/hearth" serve --listen 127.0.0.1:0 --writer-queue-blocks 4 --drain-mib-per-s 20 \
  --requests 300 --requests-per-s 100 >"$kept/serve.log" 2>"$kept/serve-errors.log" </dev/null &
server=$!
tries=0
until grep -q rests "$kept/serve.log"; do # the numbers on the page are compared with those of the server: at rest
  tries=$((tries + 1))
  if [ "$tries" -gt 600 ] || ! kill -0 "$server" 2>/dev/null; then
    cat "$kept/serve.log" "$kept/serve-errors.log"
    exit 1
  fi
  sleep 0.2
done
url=$(sed -n 's/^admin server: //p' "$kept/serve.log")
status=0
# The distribution's Python has the distribution's selenium.
/usr/bin/python3 "$root/tests/actors/host/admin/dashboard_test.py" "$url" "$kept" >"$kept/checks.log" 2>&1 || status=$?
grep -v '^ok: ' "$kept/checks.log" | sed '$d'
case $(tail -n 1 "$kept/checks.log") in
  *' passed, '*' failed') closing=$(tail -n 1 "$kept/checks.log") ;;
esac
exit "$status"
