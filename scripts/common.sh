# Shared by ./demo and ./test; meant to be sourced from the project's root.
# shellcheck shell=bash

# Says in one line what happens next.
say() { printf '\n== %s\n' "$*"; }

# Ends with one sentence, and with 1 or another code.
fail() {
  printf 'error: %s\n' "$1" >&2
  exit "${2:-1}"
}

# Installs the Debian packages that are not there yet.
install_packages() {
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null ||
    fail "install these first, or what your system calls them: ${missing[*]}"
  local sudo=()
  [ "$(id -u)" = 0 ] || sudo=(sudo)
  echo "apt-get install ${missing[*]}"
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# What every build needs.
# shellcheck disable=SC2034
build_packages=(libcurl4-openssl-dev libxml2-dev libyaml-dev libjansson-dev libpcre2-dev zlib1g-dev libmicrohttpd-dev
  libgnutls28-dev ca-certificates)

# Builds the steps, as one executable, and the simulator; with a line of progress that moves, or on no terminal one for
# every tenth of the way.
build_programs() {
  local log
  log=$(mktemp)
  if ! ASTRA_PROGRAMS_ONLY=1 swift build 2>&1 | tee "$log" | show_progress; then
    tail -n 30 "$log" >&2
    rm -f "$log"
    fail "the build failed"
  fi
  rm -f "$log"
}

# Reads what `swift build` says, and shows how far it is.
show_progress() {
  local terminal=0
  [ ! -t 1 ] || terminal=1
  awk -v terminal="$terminal" '
    match($0, /^\[[0-9]+\/[0-9]+\]/) {
      split(substr($0, 2, RLENGTH - 2), part, "/")
      words = substr($0, RLENGTH + 2)
      if (terminal) printf "\r\033[K  %d of %d: %s", part[1], part[2], substr(words, 1, 70)
      else if (int(10 * part[1] / part[2]) > shown) printf "  %d of %d\n", part[1], part[2]
      shown = int(10 * part[1] / part[2])
      fflush()
      next
    }
    /^(Fetching|Fetched|Cloning|Creating working copy|Working copy)/ && terminal { printf "\r\033[K  %s", substr($0, 1, 90); fflush() }
    /error:/ { if (terminal) printf "\r\033[K"; print; fflush() }
    END { if (terminal) printf "\r\033[K" }'
}

# Puts the Python programs that judge our reports and our simulators into .venv, and those that exclude them into another.
install_readers() {
  install_python .venv Tests/requirements.txt
  install_python .venv-kubernetes Tests/kubernetes/requirements.txt
}

# Puts the Python packages of a list into a folder.
install_python() {
  local folder=$1 list=$2
  if ! cmp -s "$list" "$folder/requirements.txt"; then
    echo "pip install -r $list (into $folder)"
    python3 -m venv "$folder"
    "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$list"
    cp "$list" "$folder/requirements.txt"
  fi
}

# The programs that are shipped.
# shellcheck disable=SC2034 # used by those who source this
steps=(astra-backup astra-cleanup astra-clone astra-preflight astra-restore astra-snapshot astra-status
  astra-verify)

# What they are shipped with: it tells of the steps, and is none.
# shellcheck disable=SC2034
tools=(astra-report)

# What looks at the pages of astra-report: a browser, its driver, and a reader of PDF.
# shellcheck disable=SC2034
browser_packages=(chromium chromium-driver poppler-utils)

# Where a release build leaves its things, and the folder that the release files are made of (packaging/tree.py).
release_build=.build-release
release_tree=$release_build/tree

# How the steps are shipped: with the libraries of Swift and of C++ inside, optimised for size (they wait most of their
# time), without the names that only a library's users need, and without the paths of the machine that built them. The
# linker is the one whose program loads with the least memory.
release_options=(-c release --static-swift-stdlib --scratch-path "$release_build" -Xswiftc -Osize
  -Xswiftc -file-prefix-map -Xswiftc "$PWD=/astra-steps" -Xcc "-ffile-prefix-map=$PWD=/astra-steps")
[ "$(uname)" != Linux ] ||
  release_options+=(-Xswiftc -use-ld=lld -Xlinker -O2 -Xlinker --no-export-dynamic -Xlinker --icf=safe -Xlinker --as-needed
    -Xlinker -z -Xlinker pack-relative-relocs -Xlinker "-L$PWD/$release_build/archives"
    -Xswiftc -Xclang-linker -Xswiftc -static-libgcc)

# What a release build needs beside what every build does.
# shellcheck disable=SC2034
release_packages=(gcc musl-tools binutils python3 busybox-static)

# What judges the files of a release: shells, readers of man pages, Debian's own checker, readers of images, and what makes
# the roots of other systems.
# shellcheck disable=SC2034
judge_packages=(zsh fish bash-completion man-db mandoc lintian skopeo umoci debootstrap)

# What the pipelines of ci/ and the commands of the documentation are tried with: their checker, the shell of the image, what
# asks the simulator, and what reads a status.
# shellcheck disable=SC2034
pipeline_packages=(shellcheck busybox-static curl jq)

# Builds the steps as they are shipped, and the folder around them.
build_release() {
  # Swift asks for the shared library of C++ by its name, and gets the archive.
  mkdir -p "$release_build/archives"
  ln -sfn "$(gcc -print-file-name=libstdc++.a)" "$release_build/archives/libstdc++.so"
  swift build "${release_options[@]}" --product astra-steps
  python3 packaging/tree.py "$release_build/release/astra-steps" "$release_tree"
}
