#!/bin/sh
# Runs a program where nothing but this machine can be reached, and ends all that it started when
# it ends: `session.sh PROGRAM ARGUMENT…`. Needs root, or a system that gives users namespaces.
set -eu

if [ "${1:-}" = --inside ]; then
    shift
    ip link set lo up
    exec "$@"
fi
map=
[ "$(id -u)" = 0 ] || map=--map-root-user
# shellcheck disable=SC2086
exec unshare $map --net --pid --fork --kill-child --mount-proc "$0" --inside "$@"
