#!/usr/bin/env bash
# Puts real editors where the editor tests find them: Neovim (0.12 or later) and Helix.
#
#   tests/editors/install.sh [--dest DIR]        (default: target/editors beside the workspace)
#
# Both come from Debian unstable, from the mirror that this machine's apt already uses, with
# apt's signature checks on. They are unpacked with their own libc, so that the age of the
# host does not matter; nothing is installed, no root is needed, and nothing outside of DIR is
# written. A second run finds the work done. Standard output is two lines:
#
#   nvim=PATH
#   hx=PATH
#
# What the tests read is OSTLER_EDITORS=DIR: DIR/bin/nvim and DIR/bin/hx are links.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dest=$here/../../target/editors
while [ $# -gt 0 ]; do
    case $1 in
        --dest) dest=${2:?--dest takes a folder}; shift 2 ;;
        -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
        *) echo "unknown argument: $1 (try --help)" >&2; exit 2 ;;
    esac
done
mkdir -p "$dest"
dest=$(cd "$dest" && pwd)
root=$dest/debian

say() { echo "editors: $*" >&2; }
fail() { say "$*"; exit 1; }

# The neovim that is asked for has vim.lsp.config, pull diagnostics and progress messages.
works() {
    [ -x "$dest/bin/nvim" ] && [ -x "$dest/bin/hx" ] || return 1
    local version
    version=$("$dest/bin/nvim" --clean --version | sed -n '1s/^NVIM v//p') || return 1
    [ "$(printf '%s\n' 0.12 "$version" | sort -V | head -n 1)" = 0.12 ] || return 1
    "$dest/bin/hx" --version >/dev/null
}

report() {
    echo "nvim=$(readlink -f "$dest/bin/nvim")"
    echo "hx=$(readlink -f "$dest/bin/hx")"
}

# Two runs at once (two test jobs, say) would unpack into each other's folder.
exec 9>"$dest/.lock"
flock 9

if works 2>/dev/null; then
    report
    exit 0
fi

for program in apt-get dpkg dpkg-deb; do
    command -v "$program" >/dev/null || fail "$program is missing: this script needs a Debian-like system"
done

# The archive of Debian itself: not the one for security updates, which has no unstable, nor that of
# somebody else. A machine that has no package lists yet, as most images of containers, only knows
# from where it would fetch them.
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
    'Origin: Debian' 'Label: Debian' | head -n 1) || true
[ -n "$mirror" ] || mirror=$(apt-get --print-uris update |
    sed -n "s,^'\([^']*\)/dists/[^/']*/InRelease'.*,\1,p" |
    grep -v -e '-security' | grep -m 1 -e '/debian/*$') || true
[ -n "$mirror" ] || fail "apt knows no mirror of Debian"
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keyring" ] || fail "$keyring is missing: install debian-archive-keyring"

# An apt of our own, with an empty list of installed packages: it therefore fetches the whole
# closure, libc included, and no library of the host is ever mixed in.
scratch=$(mktemp -d "$dest/.unpack.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch"/{sources,lists/partial,cache/archives/partial,root}
: >"$scratch/status"
architecture=$(dpkg --print-architecture)
cat >"$scratch/sources/unstable.sources" <<SOURCES
Types: deb
URIs: $mirror
Suites: unstable
Components: main
Architectures: $architecture
Signed-By: $keyring
SOURCES
own_apt() {
    apt-get -q \
        -o Dir::Etc::sourcelist=/dev/null \
        -o Dir::Etc::sourceparts="$scratch/sources" \
        -o Dir::Etc::preferences=/dev/null \
        -o Dir::Etc::preferencesparts=/dev/null \
        -o Dir::State="$scratch" \
        -o Dir::State::lists="$scratch/lists" \
        -o Dir::State::status="$scratch/status" \
        -o Dir::State::extended_states="$scratch/extended" \
        -o Dir::Cache="$scratch/cache" \
        -o APT::Sandbox::User="$(id -un)" \
        -o Acquire::Languages=none \
        -o Acquire::Retries=3 \
        -o Debug::NoLocking=1 \
        "$@" >>"$scratch/log" 2>&1 || { tail -n 20 "$scratch/log" >&2; fail "apt-get ${*: -1} failed"; }
}
say "reading the index of unstable"
own_apt update
say "fetching neovim and helix"
own_apt --yes --no-install-recommends --download-only install neovim hx patchelf
for package in "$scratch"/cache/archives/*.deb; do
    dpkg-deb --extract "$package" "$scratch/root"
done
rm -rf "$root"
mv "$scratch/root" "$root"

# The programs are told where their own loader and libraries are; patchelf itself, which is as
# young as they are, has to be started through that loader.
loader=$(find "$root" -name 'ld-linux*.so.*' -print -quit)
[ -n "$loader" ] || fail "the unpacked libc has no loader"
loader=$(readlink -f "$loader")
libraries=$(dirname "$(readlink -f "$(find "$root/usr/lib" -name libc.so.6 -print -quit)")")
nvim=$(readlink -f "$root/usr/bin/nvim")
hx=$(readlink -f "$root/usr/bin/hx")
for program in "$nvim" "$hx"; do
    "$loader" --library-path "$libraries" "$root/usr/bin/patchelf" \
        --set-interpreter "$loader" --force-rpath --set-rpath "$libraries" "$program"
done
mkdir -p "$dest/bin"
ln -sfn "$nvim" "$dest/bin/nvim"
ln -sfn "$hx" "$dest/bin/hx"

works || fail "the unpacked editors do not start, or Neovim is older than 0.12"
report
