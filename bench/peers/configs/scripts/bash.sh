#!/usr/bin/env bash
# The deploy script that many write for themselves: clone, copy, link, switch, keep a few.
set -e
cd "$PEER_SITE"
mkdir -p releases shared

deploy() {
    local release checkout
    release="$PEER_SITE/releases/$(date -u +%Y%m%d%H%M%S)"
    checkout="$PEER_SITE/checkout"
    rm -rf "$checkout"
    git clone --quiet --depth 1 --branch main "file://$PEER_REPOSITORY" "$checkout"
    rsync -a --exclude .git "$checkout/" "$release/"
    local name
    for name in ${PEER_DIRS//:/ } ${PEER_FILES//:/ }; do
        rm -rf "${release:?}/$name"
        mkdir -p "$(dirname "$release/$name")"
        ln -s "$PEER_SITE/shared/$name" "$release/$name"
    done
    (cd "$release" && eval "$PEER_BUILD")
    ln -sfn "$release" current
    (eval "$PEER_CHECK")
    (cd releases && ls -1t | tail -n "+$((PEER_KEEP + 1))" | xargs -r rm -rf)
}

rollback() {
    ln -sfn "$PEER_SITE/releases/$(ls -1t releases | sed -n 2p)" current
}

"$1"
