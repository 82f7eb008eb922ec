#!/usr/bin/env bash
# Puts a real VS Code where the editor tests find it: code-server, which is VS Code with its window
# in a browser, and what drives that browser.
#
#   tests/editors/vscode/install.sh [--dest DIR]   (default: target/editors beside the workspace)
#
# Everything is a package of npm, of the versions below, and nothing of it runs anything while it is
# installed; the browser is the system's own Chromium. Nothing outside of DIR is written (but for
# npm's cache), and a second run finds the work done. Standard output is three lines:
#
#   node=PATH
#   code-server=PATH
#   chromium=PATH
#
# What the tests read is OSTLER_EDITORS=DIR.
set -euo pipefail

node_version=24.22.3
npm_version=11.19.1
code_server_version=4.139.1
playwright_version=1.65.1

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dest=$here/../../../target/editors
while [ $# -gt 0 ]; do
    case $1 in
        --dest) dest=${2:?--dest takes a folder}; shift 2 ;;
        -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; exit 0 ;;
        *) echo "unknown argument: $1 (try --help)" >&2; exit 2 ;;
    esac
done
mkdir -p "$dest/bin"
dest=$(cd "$dest" && pwd)
root=$dest/vscode
versions="$node_version $npm_version $code_server_version $playwright_version"

say() { echo "editors: $*" >&2; }
fail() { say "$*"; exit 1; }

# Two runs at once (two test jobs, say) would install into each other's folder.
exec 8>"$dest/.lock-vscode"
flock 8

chromium=$(command -v chromium) || fail "chromium is missing: install the package of that name"
ln -sfn "$chromium" "$dest/bin/chromium"

report() {
    echo "node=$dest/bin/node"
    echo "code-server=$root/code-server/node_modules/code-server/out/node/entry.js"
    echo "chromium=$chromium"
}

if [ "$(cat "$root/versions" 2>/dev/null)" = "$versions" ]; then
    report
    exit 0
fi

case $(uname -m) in
    x86_64) machine=x64 ;;
    aarch64) machine=arm64 ;;
    *) fail "there is no package of Node for $(uname -m)" ;;
esac
command -v npm >/dev/null || fail "npm is missing: install the package of that name"

rm -rf "$root"
mkdir -p "$root"/{node,code-server,tools}
for folder in node code-server tools; do
    echo '{"private": true}' >"$root/$folder/package.json"
done
install() {
    local folder=$1
    shift
    (cd "$root/$folder" && npm install --silent --ignore-scripts --no-audit --no-fund \
        --no-update-notifier --omit=dev "$@" >&2) || fail "npm install $* failed"
}

# The rest is installed, and later run, by this Node and its npm, however old the system's are.
say "fetching node $node_version"
install node "node-linux-$machine@$node_version" "npm@$npm_version"
node=$root/node/node_modules
ln -sfn "$node/node-linux-$machine/bin/node" "$dest/bin/node"
ln -sfn "$node/npm/bin/npm-cli.js" "$dest/bin/npm"
export PATH=$dest/bin:$PATH

# The modules of VS Code itself are named in lock files of its own. Those in C++ are not compiled:
# it does without them.
say "fetching code-server $code_server_version"
install code-server "code-server@$code_server_version"
code=code-server/node_modules/code-server/lib/vscode
install "$code"
install "$code/extensions"

say "fetching playwright-core $playwright_version"
install tools "playwright-core@$playwright_version"

echo "$versions" >"$root/versions"
report
