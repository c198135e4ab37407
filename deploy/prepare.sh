# Sourced by ./run and ./test: brings a Debian 12 machine to a finished build, and says nothing when that is done
# already. Messages go to stderr, so that stdout belongs to the program.

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# fail_with_log MESSAGE LOG: the end of a log, and where the rest is.
fail_with_log() {
  tail -n 40 "$2" >&2
  echo "$1; the whole log: $2" >&2
  exit 1
}

# One line of progress: rewritten on a terminal, otherwise every tenth part. Reads "[12/345] ..." as ninja prints it.
show_progress() {
  awk -v what="$1" -v tty="$([ -t 2 ] && echo 1 || echo 0)" '
    match($0, /^\[[0-9]+\/[0-9]+\]/) {
      split(substr($0, 2, RLENGTH - 2), n, "/")
      tenth = int(10 * n[1] / n[2])
      if (tty) printf "\r%s %d of %d", what, n[1], n[2] > "/dev/stderr"
      else if (tenth != last) printf "%s %d of %d\n", what, n[1], n[2] > "/dev/stderr"
      last = tenth; seen = 1; fflush("/dev/stderr")
    }
    END { if (seen && tty) printf "\n" > "/dev/stderr" }'
}

# Installs the packages of these lists that are missing.
package_lists=(deploy/packages.txt)
install_packages() {
  command -v dpkg-query >/dev/null || { echo "Strike builds on Debian 12; no dpkg-query here" >&2; exit 1; }
  local wanted present missing
  wanted=$(sed 's/#.*//; s/[[:space:]]//g; /^$/d' "${package_lists[@]}" | sort)
  # dpkg-query fails when it does not know one of them: that is what we ask for
  # shellcheck disable=SC2086 # one argument a package
  present=$({ dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null || true; } | sed -n 's/^installed //p' | sort -u)
  missing=$(comm -23 <(echo "$wanted") <(echo "$present") | tr '\n' ' ')
  [ -n "${missing// /}" ] || return 0
  echo "installing $missing" >&2
  as_root apt-get update >build/install.log 2>&1 || fail_with_log "apt-get update failed" build/install.log
  # shellcheck disable=SC2086
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing \
    >>build/install.log 2>&1 || fail_with_log "apt-get install failed" build/install.log
}

# build_strike PRESET [TARGET]: configures at the first time, and builds what changed. One build at a time.
build_strike() {
  local preset=$1 target=${2:-all} log=build/$1.log
  mkdir -p build
  exec 9>build/.lock
  flock 9
  install_packages
  if [ ! -e "build/$preset/build.ninja" ]; then
    echo "configuring $preset" >&2
    cmake --preset "$preset" >"$log" 2>&1 9>&- || fail_with_log "configuring failed" "$log"
  fi
  cmake --build --preset "$preset" --target "$target" -j "$(nproc)" 2>&1 9>&- |
    tee "$log" | show_progress "building $preset:" || fail_with_log "building failed" "$log"
  exec 9>&-
}
