# Shared by the scripts beside it: sourced, not run. Sets `root`; every folder it writes to lies in there. A script
# elsewhere says where that is in `hearth_root`. Sets `werror` as well, for `configure`: with CI=true, warnings fail.
# A step is one line for the reader; what its command prints goes to a log, shown only if it fails.
# shellcheck shell=sh

root=${hearth_root:-$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)}
# shellcheck disable=SC2034 # for those who source this
case ${CI:-} in true) werror=true ;; *) werror=false ;; esac
logs=$root/build-logs

# step TITLE LOG_NAME COMMAND...
step() {
  title=$1 log=$logs/$2.log started=$(date +%s)
  shift 2
  mkdir -p "$logs"
  printf '%s ...' "$title"
  "$@" >"$log" 2>&1 </dev/null &
  child=$!
  # A shell without job control shields its background commands from Ctrl-C: pass it on.
  trap 'kill "$child" 2>/dev/null; echo; exit 130' INT TERM
  if [ -t 1 ]; then
    while kill -0 "$child" 2>/dev/null; do
      printf '\r%s ... %d s' "$title" $(($(date +%s) - started))
      sleep 0.2
    done
    printf '\r%s ...' "$title"
  fi
  status=0
  wait "$child" || status=$?
  trap - INT TERM
  if [ "$status" -eq 0 ]; then
    printf ' done, %d s\n' $(($(date +%s) - started))
  else
    printf ' FAILED with exit code %d, the end of %s:\n' "$status" "$log"
    tail -n 40 "$log"
  fi
  return "$status"
}

# configure FOLDER OPTION...: once; afterwards ninja notices changed build files by itself. Only -Dwerror= is set again
# if an earlier run has left it otherwise.
configure() {
  folder=$1
  shift
  if [ ! -f "$root/$folder/build.ninja" ]; then
    step "configuring $folder" "configure-$(basename "$folder")" meson setup "$@" "$root/$folder" "$root" || return
  fi
  for option in "$@"; do
    case $option in
      -Dwerror=*) grep -qx "werror = ${option#*=}" "$root/$folder/meson-private/cmd_line.txt" ||
        step "setting $option in $folder" "configure-$(basename "$folder")" meson configure "$root/$folder" "$option" ;;
    esac
  done
}

# test_in FOLDER OPTION...: runs its tests. The report stays in FOLDER/meson-logs for count.py.
test_in() {
  folder=$1
  shift
  rm -f "$root/$folder/meson-logs/testlog.json" # or an early failure would count the last run
  meson test -C "$root/$folder" --no-rebuild --print-errorlogs "$@" </dev/null
}

# Where the runtime of libFuzzer is a package of its own, clang does not bring it along.
can_fuzz() {
  echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' |
    clang++ -fsanitize=fuzzer,address -x c++ - -o /dev/null 2>/dev/null
}

# A sanitizer names lines; with no more than that in the debug information, clang++ compiles a tenth faster.
lines_only=-gline-tables-only

# With a sanitizer half of a compilation is reading headers: up to eight files of the product are compiled as one.
fewer_files='--unity=on -Dunity_size=8'

# configure_clang: build-clang, the other compiler, with AddressSanitizer, UBSan and what libFuzzer needs. One build for the
# tests, the simulation and the fuzzers: clang++ compiles with these in half the time that g++ takes. Needs install.sh.
configure_clang() {
  install_packages clang
  can_fuzz || install_packages "libclang-rt-$(clang++ -dumpversion | cut -d. -f1)-dev"
  # shellcheck disable=SC2086 # two options
  CXX=clang++ configure build-clang --buildtype=debugoptimized $fewer_files -Db_sanitize=address,undefined -Db_lundef=false \
    "-Dcpp_args=-fsanitize=fuzzer-no-link $lines_only" "-Dwerror=$werror"
  export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1
  export UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1:suppressions=$root/tests/fuzz/ubsan_suppressions.txt"
}
