#!/usr/bin/env bash
# What Deployer 7 does on the host, in its order, as a script of ours: numbered releases, a log of them,
# a lock that is a file, shared paths filled from the first release that has them.
set -e
cd "$PEER_SITE"

fail() {
    echo "$*" >&2
    exit 1
}

prepare() {
    if [ -d current ] && [ ! -L current ]; then fail "current is a directory; remove it first"; fi
    mkdir -p .dep releases shared
    [ ! -e .dep/deploy.lock ] || fail "locked by $(cat .dep/deploy.lock); unlock it if nothing runs"
    id -un > .dep/deploy.lock
    trap 'code=$?; [ "$code" = 0 ] || rm -f .dep/deploy.lock' EXIT
}

number_it() {
    number=$(($(cat .dep/latest_release 2> /dev/null || echo 0) + 1))
    release="$PEER_SITE/releases/$number"
    [ ! -e "$release" ] || fail "release $number exists"
    echo "$number" > .dep/latest_release
    echo "$number" >> .dep/releases_log
    mkdir -p "$release"
    ln -nfs "releases/$number" release
}

fetch() {
    if [ -d .dep/repo ]; then
        git -C .dep/repo remote update --prune > /dev/null
    else
        git clone --quiet --mirror "$PEER_REPOSITORY" .dep/repo
    fi
    git -C .dep/repo archive main | tar -x -f - -C "$release"
    if [ ! -e "$release/.env" ] && [ -e "$release/.env.example" ]; then cp "$release/.env.example" "$release/.env"; fi
}

share_directory() {
    if [ ! -d "shared/$1" ]; then
        mkdir -p "shared/$1"
        if [ -d "$release/$1" ]; then cp -r "$release/$1" "shared/$(dirname "$1")"; fi
    fi
    rm -rf "${release:?}/$1"
    mkdir -p "$(dirname "$release/$1")"
    ln -nfs --relative "shared/$1" "$release/$1"
}

share_file() {
    mkdir -p "shared/$(dirname "$1")" "$release/$(dirname "$1")"
    if [ ! -f "shared/$1" ] && [ -f "$release/$1" ]; then cp -r "$release/$1" "shared/$1"; fi
    if [ -f "$release/$1" ]; then rm -rf "${release:?}/$1"; fi
    touch "shared/$1"
    ln -nfs --relative "shared/$1" "$release/$1"
}

known() {
    local each
    tac .dep/releases_log | while read -r each; do if [ -d "releases/$each" ]; then echo "$each"; fi; done
}

deploy() {
    local name each
    prepare
    number_it
    fetch
    for name in ${PEER_DIRS//:/ }; do share_directory "$name"; done
    for name in ${PEER_FILES//:/ }; do share_file "$name"; done
    (cd "$release" && eval "$PEER_BUILD")
    mv -T release current
    (eval "$PEER_CHECK")
    rm -f .dep/deploy.lock
    for each in $(known | tail -n "+$((PEER_KEEP + 1))"); do rm -rf "releases/$each"; done
}

rollback() {
    local live each
    live=$(basename "$(readlink current)")
    for each in $(known); do
        if [ "$each" -lt "$live" ] && [ ! -e "releases/$each/BAD_RELEASE" ]; then
            ln -nfs "releases/$each" current
            id -un > "releases/$live/BAD_RELEASE"
            return
        fi
    done
    fail "no release to go back to"
}

unlock() {
    rm -f .dep/deploy.lock
}

"$1"
