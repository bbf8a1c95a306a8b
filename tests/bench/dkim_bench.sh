#!/bin/sh
# dkim_bench.sh [BUILD] [SECONDS] [ROUNDS]: DKIM sign and verify, 4 kB and 50 kB, relaxed/relaxed, one core, interleaved: ours,
# libopendkim, dkimpy and the EVP limit of this machine; then `openssl speed`. Each is measured for SECONDS in each round.
# Goals: K1 sign 4 kB 2.5x libopendkim (moonshot 3.3x), K2 verify 4 kB 3x libopendkim and 8x dkimpy (6x, 15x).
# Exits 1 when something does not verify; ratios are only judged when our spread is at most 1.5 and the load was at most 0.5.
set -eu
build=${1:-build/bench} seconds=${2:-1} rounds=${3:-5}
here=$(dirname "$0")
. "$here/nsd.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bench="$build/bin/dkim_bench" before=$(load)
measure() { # WHO WHAT WHICH BYTES
    file="$work/$1.$2.$3.$4"
    if [ "$1" = dkimpy ]; then
        "$bench" print "$2" "$3" "$4" "$seconds" | /usr/bin/python3 "$here/../support/dkimpy_peer.py" |
            sed -n 's/.*"rate": \([0-9]*\).*/\1/p' >> "$file"
    else
        status=0
        "$bench" "$1" "$2" "$3" "$4" "$seconds" > "$work/out" || status=$?
        [ "$status" -ne 3 ] || return 0 # the peer is absent or knows no such key
        [ "$status" -eq 0 ] || { echo "$*: $(cat "$work/out")"; exit 1; }
        sed -n 's/rate=//p' "$work/out" >> "$file"
    fi
}
i=0
while [ "$i" -lt "$rounds" ]; do
    i=$((i + 1))
    for bytes in 4000 50000; do
        for what in sign verify; do
            for who in ours opendkim dkimpy limit; do measure "$who" "$what" rsa "$bytes"; done
        done
    done
    for what in sign verify; do for who in ours opendkim limit; do measure "$who" "$what" ed25519 4000; done; done
done
echo "$rounds rounds of $seconds s, load before $before, now $(load)"
printf '%-22s %9s %9s %9s %9s   %s\n' "" ours opendkim dkimpy limit "ours / opendkim, / dkimpy, / limit"
row() {
    ours=$(summary "$work/ours.$1.$2.$3" | cut -d' ' -f1)
    line=$(for who in opendkim dkimpy limit; do [ -s "$work/$who.$1.$2.$3" ] && summary "$work/$who.$1.$2.$3" | cut -d' ' -f1 || echo 0; done)
    echo "$ours $line" | tr '\n' ' ' | awk -v name="$1 $2 $3" 'function r(a, b) {return b > 0 ? sprintf("%.2f", a/b) : "-"}
        {printf "%-22s %9d %9s %9s %9d   %s  %s  %s\n", name, $1, $2 ? $2 : "-", $3 ? $3 : "-", $4, r($1,$2), r($1,$3), r($1,$4)}'
}
for bytes in 4000 50000; do for what in sign verify; do row "$what" rsa "$bytes"; done; done
for what in sign verify; do row "$what" ed25519 4000; done
judge() { # NAME GATE PEER WHAT
    [ -s "$work/$3.$4.rsa.4000" ] || { echo "$1: $3 is absent, not measured"; return 0; }
    set -- "$1" "$2" $(summary "$work/ours.$4.rsa.4000") $(summary "$work/$3.$4.rsa.4000")
    echo "$* $before" | awk '{noisy = ($5/$4 > 1.5 || $8/$7 > 1.5 || $9 > 0.5)
        printf "%s ratio %.2f: %s\n", $1, $3/$6, noisy ? "too noisy to judge" : ($3/$6 >= $2 ? "gate " $2 " reached" : "gate " $2 " missed")}'
}
judge K1 2.5 opendkim sign
judge K2-opendkim 3 opendkim verify
judge K2-dkimpy 8 dkimpy verify
openssl speed -seconds 1 rsa2048 2> /dev/null | grep "rsa 2048" || true
openssl speed -seconds 1 ed25519 2> /dev/null | grep -i "eddsa.*25519\|Ed25519" || true
