#!/usr/bin/env bash
# What the Ansistrano roles do on the host, in their order, as a script of ours: releases by second, shared
# targets removed and linked, the newest by modification time taken for the live one when rolling back.
set -e
cd "$PEER_SITE"

fail() {
    echo "$*" >&2
    exit 2
}

by_time() {
    find releases -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | cut -d ' ' -f 2-
}

prepare() {
    local name
    mkdir -p releases shared
    for name in ${PEER_DIRS//:/ }; do mkdir -p "shared/$name" || fail "shared/$name is no directory"; done
    for name in ${PEER_FILES//:/ }; do mkdir -p "shared/$(dirname "$name")"; done
}

fetch() {
    if [ -d repo ]; then
        git -C repo fetch --quiet origin main
        git -C repo reset --quiet --hard FETCH_HEAD
    else
        git clone --quiet --branch main "$PEER_REPOSITORY" repo
    fi
    mkdir -p "$release"
    (cd repo && git ls-files | rsync -a --files-from=- . "$release/")
}

share() {
    rm -rf "${release:?}/$1"
    [ -e "shared/$1" ] || fail "shared/$1 does not exist"
    mkdir -p "$(dirname "$release/$1")"
    ln -s --relative "shared/$1" "$release/$1"
}

activate() {
    if [ -d current ] && [ ! -L current ]; then rm -rf current; fi
    ln -s "$release" current.new
    mv -T current.new current
}

deploy() {
    local name
    release="$PEER_SITE/releases/$(date -u +%Y%m%d%H%M%S)"
    prepare
    trap 'code=$?; [ "$code" = 0 ] || rm -rf "$release"' EXIT
    fetch
    for name in ${PEER_DIRS//:/ } ${PEER_FILES//:/ }; do share "$name"; done
    (cd "$release" && eval "$PEER_BUILD")
    trap - EXIT
    activate
    (eval "$PEER_CHECK") || exit 2
    by_time | tail -n "+$((PEER_KEEP + 1))" | xargs -r rm -rf
}

rollback() {
    local live
    live=$(by_time | sed -n 1p)
    release="$PEER_SITE/$(by_time | sed -n 2p)"
    activate
    rm -rf "$live"
}

"$1"
