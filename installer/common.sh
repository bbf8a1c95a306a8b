# Shared by installer/run and installer/test. Needs bash; works as root or with sudo; can be run again at any time.

root_folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\n== %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"
    elif command -v sudo >/dev/null; then sudo "$@"
    else die "Packages are missing and this is neither root nor a machine with sudo."
    fi
}

packages_of() { # packages_of SECTION...
    for section in "$@"; do
        awk -v want="[$section]" '/^\[/ { on = ($0 == want); next } on && NF && !/^#/ { print $1 }' \
            "$root_folder/installer/packages.debian"
    done
}

install_packages() { # install_packages SECTION...
    local wanted missing
    wanted=$(packages_of "$@")
    missing=$(for p in $wanted; do
        dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'install ok installed' || echo "$p"
    done)
    if [ -z "$missing" ]; then
        say "All packages are installed ($(wc -w <<<"$wanted"))."
        return
    fi
    say "Installing $(wc -w <<<"$missing") packages: $(tr '\n' ' ' <<<"$missing")"
    # A server package must not start its daemon here: the tests run private instances on ports of their own.
    local policy=/usr/sbin/policy-rc.d made=no
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
        as_root chmod 0755 $policy
        made=yes
    fi
    as_root apt-get -q update
    local ok=yes
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $missing || ok=no
    [ $made = no ] || as_root rm -f $policy
    [ $ok = yes ] || die "apt-get could not install the packages above."
}

unpack_packages() { # unpack_packages SECTION...: into build/servers, without their scripts
    local folder=$root_folder/build/servers loads p
    for p in $(packages_of "$@"); do
        [ ! -e "$folder/.$p" ] || continue
        say "Unpacking $p in build/servers"
        mkdir -p "$folder"
        loads=$(mktemp -d)
        if ! (cd "$loads" && apt-get -q -o APT::Sandbox::User=root download "$p"); then
            as_root apt-get -q update
            if ! (cd "$loads" && apt-get -q -o APT::Sandbox::User=root download "$p"); then
                say "apt-get could not load $p: the tests that need it will be skipped, and say so"
                rm -rf "$loads"
                continue
            fi
        fi
        dpkg-deb -x "$loads"/*.deb "$folder"
        rm -rf "$loads"
        touch "$folder/.$p"
    done
}

make_account() { # make_account NAME: a system account without a home and a login, as a server's package makes it
    getent passwd "$1" >/dev/null ||
        as_root useradd --system --user-group --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin "$1" ||
        say "The account $1 could not be made: the tests that need it will be skipped, and say so"
}

build() { # build PRESET [TARGET...]
    local preset=$1
    shift
    say "Building the $preset preset in build/$preset"
    cmake --preset "$preset" -S "$root_folder" >"$root_folder/.configure.log" 2>&1 ||
        { cat "$root_folder/.configure.log" >&2; die "CMake could not configure the $preset preset."; }
    rm -f "$root_folder/.configure.log"
    local targets=()
    for t in "$@"; do targets+=(--target "$t"); done
    cmake --build "$root_folder/build/$preset" "${targets[@]}"
}
