#!/bin/sh
# dns_bench.sh [BUILD] [NAMES] [PAIRS]: the resolver layer (cache, de-duplication, recorder, retry) with 100 questions in flight
# against a bare c-ares loop and dnsperf on the same NSD, interleaved A B C A B C …; then cache hits, and loss in a burst with 500
# in flight. massdns is in no Debian release: the c-ares loop, which is faster than it, and dnsperf stand for it.
# Goals: D1 0.6x of bare c-ares (moonshot 0.85x), D2 0.9x of the massdns class, D3 2 million hits a second (5), D4 nothing lost.
# Exits 1 when an answer is wrong or lost; ratios are only judged when both spreads are at most 1.5 and the load was at most 0.5.
set -eu
build=${1:-build/bench} names=${2:-100000} pairs=${3:-5} port=${WAYPOST_BENCH_PORT:-15391}
. "$(dirname "$0")/nsd.sh"
work=$(mktemp -d) nsd_pid=
trap '[ -z "$nsd_pid" ] || { kill "$nsd_pid" 2> /dev/null; wait "$nsd_pid" || true; }; rm -rf "$work"' EXIT
before=$(load)
{
    printf '$ORIGIN bulk.test.\n$TTL 300\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\n'
    awk -v n="$names" 'BEGIN{for (i = 0; i < n; ++i) printf "n%d A 10.%d.%d.%d\n", i, i/65536, int(i/256)%256, i%256}'
} > "$work/bulk.zone"
awk -v n="$names" 'BEGIN{for (i = 0; i < n; ++i) printf "n%d.bulk.test A\n", i}' > "$work/queries"
start_nsd "$work" "$port" bulk.test "$work/bulk.zone"
bench="$build/bin/dns_bench"
value() { sed -n "s/.*$1=\([0-9.]*\).*/\1/p"; }
run() { "$bench" "$2" "127.0.0.1:$port" "$names" "$3" > "$work/out" || { cat "$work/out"; exit 1; }
        value rate < "$work/out" >> "$work/$1"; value cpu_us < "$work/out" >> "$work/$1.cpu"; }
run warm ours 100
peer=$(command -v dnsperf || true)
i=0
while [ "$i" -lt "$pairs" ]; do
    i=$((i + 1))
    run ours ours 100
    run ares ares 100
    "$bench" hits 2000000 | value rate >> "$work/hits"
    [ -z "$peer" ] || dnsperf -s 127.0.0.1 -p "$port" -d "$work/queries" -n 1 -q 100 -c 1 -T 1 2> /dev/null |
        sed -n 's/.*Queries per second: *\([0-9]*\).*/\1/p' >> "$work/dnsperf"
done
echo "$names names, $pairs rounds, load before $before, now $(load)"
show() { set -- "$1" $(summary "$work/$2") "$([ ! -f "$work/$2.cpu" ] || summary "$work/$2.cpu" | cut -d' ' -f1)"
         echo "$1 median $2 a second ($3-$4)${5:+, $5 us of CPU each}"; }
show "ours, 100 in flight   " ours
show "c-ares, 100 in flight " ares
[ -z "$peer" ] && echo "dnsperf is not installed: not measured" || show "dnsperf -q 100        " dnsperf
show "cache hits            " hits
set -- $(summary "$work/ours") $(summary "$work/ares")
echo "$* $before" | awk '{
    noisy = ($3/$2 > 1.5 || $6/$5 > 1.5 || $7 > 0.5)
    printf "D1 ratio %.2f: %s\n", $1/$4, noisy ? "too noisy to judge" : ($1/$4 >= 0.6 ? "gate 0.6 reached" : "gate 0.6 missed") }'
[ -z "$peer" ] || { set -- $(summary "$work/ours") $(summary "$work/dnsperf"); echo "$*" | awk '{printf "ours / dnsperf %.2f\n", $1/$4}'; }
"$bench" ours "127.0.0.1:$port" "$names" 500 > "$work/out"
echo "D4, a burst with 500 in flight: $(cat "$work/out")"
grep -q "wrong=0 repeated=0 strays=0" "$work/out"
