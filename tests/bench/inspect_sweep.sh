#!/bin/sh
# inspect_sweep.sh [BUILD] [DOMAINS] [ROUNDS]: `domain inspect --batch` over generated domains (sweep_zone.sh) on an NSD of our own,
# against what that server gives dnsperf for the same questions, interleaved; peak memory at a tenth and at all of the domains.
# The questions are taken from the reports, and every common DKIM selector for each domain that has one, which is most of them.
# Exits 1 when a domain has no report, the order is wrong or the memory grows by more than a quarter.
set -eu
build=${1:-build/bench} domains=${2:-10000} rounds=${3:-3} port=${WAYPOST_BENCH_PORT:-15392}
here=$(dirname "$0")
. "$here/nsd.sh"
export WAYPOST_RESOURCES="${WAYPOST_RESOURCES:-$here/../../resources}"
work=$(mktemp -d) nsd_pid=
trap '[ -z "$nsd_pid" ] || { kill "$nsd_pid" 2> /dev/null; wait "$nsd_pid" || true; }; rm -rf "$work"' EXIT
before=$(load)
"$here/sweep_zone.sh" "$work" "$domains"
start_nsd "$work" "$port" test "$work/test.zone" 10.in-addr.arpa "$work/reverse.zone"
awk -v n="$domains" 'BEGIN{for (i = 0; i < n; ++i) print "d" i ".test"}' > "$work/names"
head -n $((domains / 10)) "$work/names" > "$work/tenth"
only=$("$build/bin/waypost-cli" domain inspect --help | grep -q -- --dns-only && echo --dns-only || true)
sweep() { # NAMES OUTPUT TIMES
    /usr/bin/time -f '%e %U %S %M' -o "$3" "$build/bin/waypost-cli" domain inspect --batch "$1" $only --json \
        --nameserver "127.0.0.1:$port" > "$2" || true
}
# Datagrams that arrived in this network name space so far, less those that were answers: every query has one.
received() { awk '/^Udp: [0-9]/ {print int($2 / 2)}' /proc/net/snmp; }
sweep "$work/tenth" "$work/out" "$work/small"
sed -n 's/^{"domain":"\([^"]*\)".*/\1/p' "$work/out" | cmp - "$work/tenth"
grep -o '"question":"[^"]*"' "$work/out" | sed 's/.*:"\(.*\)"/\1/' | sort -u > "$work/queries"
sed -n 's/.*"selector": *"\([^"]*\)".*/\1/p' "$WAYPOST_RESOURCES/lists/dkim-selectors.json" > "$work/selectors"
grep '[0-4]\.test$' "$work/tenth" | while read -r name; do sed "s/.*/&._domainkey.$name TXT/" "$work/selectors"; done >> "$work/queries"
[ -s "$work/queries" ] || { echo "no questions in the reports"; exit 1; }
i=0
while [ "$i" -lt "$rounds" ]; do
    i=$((i + 1))
    from=$(received)
    sweep "$work/names" "$work/out" "$work/all"
    sed -n 's/^{"domain":"\([^"]*\)".*/\1/p' "$work/out" | cmp - "$work/names"
    echo $(($(received) - from)) > "$work/asked"
    awk -v n="$domains" '{printf "%.0f\n", n/$1}' "$work/all" >> "$work/rate"
    awk -v q="$(cat "$work/asked")" '{printf "%.0f\n", q/$1}' "$work/all" >> "$work/queryrate"
    cut -d' ' -f4 "$work/all" >> "$work/peak"
    awk '{printf "%.2f\n", $2 + $3}' "$work/all" >> "$work/cpu"
    [ -z "$(command -v dnsperf)" ] || dnsperf -s 127.0.0.1 -p "$port" -d "$work/queries" -l 3 -q 256 -c 1 -T 1 2> /dev/null |
        sed -n 's/.*Queries per second: *\([0-9]*\).*/\1/p' >> "$work/limit"
done
set -- $(summary "$work/rate")
echo "$domains domains, $rounds rounds, load before $before, now $(load)"
echo "names a second: median $1 ($2-$3); CPU $(summary "$work/cpu" | cut -d' ' -f1) s"
echo "peak memory: $(cut -d' ' -f4 "$work/small") kB for $((domains / 10)), $(summary "$work/peak" | cut -d' ' -f1) kB for $domains"
echo "queries: $(cat "$work/asked"), median $(summary "$work/queryrate" | cut -d' ' -f1) a second"
[ ! -s "$work/limit" ] || echo "dnsperf with questions of the same kind: median $(summary "$work/limit" | cut -d' ' -f1) a second"
awk -v a="$(cut -d' ' -f4 "$work/small")" -v b="$(summary "$work/peak" | cut -d' ' -f1)" 'BEGIN{exit b > a * 1.25}' || { echo "memory grows"; exit 1; }
