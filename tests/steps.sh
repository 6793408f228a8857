# Shared functions of the scripts in this folder: source it, do not run it. Sets `root`, the repository; all folders that the
# scripts write are in it. A script in another folder sets `hearth_root` first. Also sets `werror`, for `configure`: with
# CI=true, warnings are errors.
# A step prints one line; the output of its command goes to a log, which is shown only if the command fails.
# shellcheck shell=sh

root=${hearth_root:-$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)}
# shellcheck disable=SC2034 # for the scripts that source this
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
  # Without job control, a shell protects its background commands from Ctrl-C: pass the signal on.
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

# configure FOLDER OPTION...: runs `meson setup` once; afterwards ninja notices changed build files itself. Only -Dwerror= is
# set again if an earlier run set another value.
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

# test_in FOLDER OPTION...: runs the tests of the build folder. The report stays in FOLDER/meson-logs for count.py.
test_in() {
  folder=$1
  shift
  rm -f "$root/$folder/meson-logs/testlog.json" # otherwise an early failure would count the last run
  meson test -C "$root/$folder" --no-rebuild --print-errorlogs "$@" </dev/null
}

# Whether libFuzzer's runtime is installed: some distributions have it in a package of its own.
can_fuzz() {
  echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' |
    clang++ -fsanitize=fuzzer,address -x c++ - -o /dev/null 2>/dev/null
}

# Sanitizers need line numbers only; with this smaller debug information, clang++ compiles 10 % faster.
lines_only=-gline-tables-only

# With a sanitizer, headers take half of a compilation: up to eight files of a library are compiled as one.
fewer_files='--unity=on -Dunity_size=8'

# configure_clang: configures build-clang: clang++ with AddressSanitizer, UBSan and the counters of libFuzzer. One build for
# the tests, the simulation and the fuzzers: with these options clang++ compiles in half the time of g++. Needs install.sh.
configure_clang() {
  install_packages clang
  can_fuzz || install_packages "libclang-rt-$(clang++ -dumpversion | cut -d. -f1)-dev"
  # shellcheck disable=SC2086 # two options
  CXX=clang++ configure build-clang --buildtype=debugoptimized $fewer_files -Db_sanitize=address,undefined -Db_lundef=false \
    "-Dcpp_args=-fsanitize=fuzzer-no-link $lines_only" "-Dwerror=$werror"
  export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1
  export UBSAN_OPTIONS="halt_on_error=1:print_stacktrace=1:suppressions=$root/tests/fuzz/ubsan_suppressions.txt"
}
