# Shared by ./demo and ./test; meant to be sourced from the project's root.
# shellcheck shell=bash

# Says in one line what happens next.
say() { printf '\n== %s\n' "$*"; }

# Ends with one sentence.
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
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

# Puts the Python programs that judge our reports and our simulator into .venv.
install_readers() {
  local stamp=.venv/requirements.txt
  if ! cmp -s Tests/requirements.txt "$stamp"; then
    echo "pip install -r Tests/requirements.txt (into .venv)"
    python3 -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check -r Tests/requirements.txt
    cp Tests/requirements.txt "$stamp"
  fi
}

# The programs that are shipped.
# shellcheck disable=SC2034 # used by those who source this
steps=(astra-backup astra-cleanup astra-clone astra-preflight astra-restore astra-snapshot astra-verify)

# Builds the steps as they are shipped: optimised, with Swift's own library inside.
build_release() {
  local product
  for product in "${steps[@]}"; do
    swift build -c release --static-swift-stdlib --scratch-path .build-release --product "$product"
  done
}

# Where `build_release` leaves them.
release_folder() { swift build -c release --scratch-path .build-release --show-bin-path; }
