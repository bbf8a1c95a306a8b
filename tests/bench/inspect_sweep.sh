#!/bin/sh
# inspect_sweep.sh [BUILD] [DOMAINS] [ROUNDS]: `domain inspect --batch` over generated domains (sweep_zone.sh) on an NSD of our own,
# against what that server gives dnsperf for the same questions, interleaved; peak memory at a tenth and at all of the domains.
# Then the same through a recursive resolver (Unbound, one thread, nothing in its cache), against dnsperf through such a one: that is
# what a sweep meets in real life. The questions are taken from the reports, and every common DKIM selector for each domain that has one, which is most of them.
# Exits 1 when a domain has no report, the order is wrong or the memory grows by more than a quarter.
set -eu
build=${1:-build/bench} domains=${2:-10000} rounds=${3:-3} port=${WAYPOST_BENCH_PORT:-15392}
here=$(dirname "$0")
. "$here/nsd.sh"
export WAYPOST_RESOURCES="${WAYPOST_RESOURCES:-$here/../../resources}"
work=$(mktemp -d) nsd_pid= unbound_pid=
trap '[ -z "$unbound_pid" ] || kill "$unbound_pid" 2> /dev/null; [ -z "$nsd_pid" ] || { kill "$nsd_pid" 2> /dev/null; wait "$nsd_pid" || true; }; rm -rf "$work"' EXIT
before=$(load)
"$here/sweep_zone.sh" "$work" "$domains"
start_nsd "$work" "$port" test "$work/test.zone" 10.in-addr.arpa "$work/reverse.zone"
awk -v n="$domains" 'BEGIN{for (i = 0; i < n; ++i) print "d" i ".test"}' > "$work/names"
head -n $((domains / 10)) "$work/names" > "$work/tenth"
only=$("$build/bin/waypost-cli" domain inspect --help | grep -q -- --dns-only && echo --dns-only || true)
sweep() { # NAMES OUTPUT TIMES [PORT]
    /usr/bin/time -f '%e %U %S %M' -o "$3" "$build/bin/waypost-cli" domain inspect --batch "$1" $only --json \
        --nameserver "127.0.0.1:${4:-$port}" > "$2" || true
}
# Datagrams that arrived in this network name space so far, less those that were answers: every query has one.
received() { awk '/^Udp: [0-9]/ {print int($2 / 2)}' /proc/net/snmp; }
cold_unbound() { # a new one each time
    [ -z "$unbound_pid" ] || { kill "$unbound_pid"; wait "$unbound_pid" || true; }
    PATH=$PATH:/usr/sbin unbound -d -c "$work/unbound.conf" 2> "$work/unbound.out" &
    unbound_pid=$!
    tries=0
    until drill -p $((port + 1)) ns.test @127.0.0.1 A 2> /dev/null | grep -q NOERROR; do
        tries=$((tries + 1))
        [ "$tries" -lt 50 ] || { echo "Unbound did not come up: $(cat "$work/unbound.out")"; exit 2; }
        sleep 0.1
    done
}
{
    printf 'server:\n interface: 127.0.0.1@%s\n username: ""\n chroot: ""\n directory: "%s"\n pidfile: "%s/unbound.pid"\n' \
        $((port + 1)) "$work" "$work"
    printf ' use-syslog: no\n logfile: ""\n num-threads: 1\n do-not-query-localhost: no\n module-config: "iterator"\n'
    printf ' msg-cache-size: 200m\n rrset-cache-size: 400m\n outgoing-range: 4096\n num-queries-per-thread: 2048\n'
    printf ' local-zone: "test." nodefault\n local-zone: "10.in-addr.arpa." nodefault\n'
    for zone in test 10.in-addr.arpa; do printf 'stub-zone:\n name: "%s"\n stub-addr: 127.0.0.1@%s\n' "$zone" "$port"; done
} > "$work/unbound.conf"
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
    from=$(received)
    sweep "$work/tenth" "$work/out" "$work/direct"
    echo $(($(received) - from)) > "$work/askedtenth"
    [ -z "$(command -v dnsperf)" ] || dnsperf -s 127.0.0.1 -p "$port" -d "$work/queries" -l 3 -q 256 -c 1 -T 1 2> /dev/null |
        sed -n 's/.*Queries per second: *\([0-9]*\).*/\1/p' >> "$work/limit"
    [ -n "$(command -v unbound || ls /usr/sbin/unbound 2> /dev/null)" ] || continue
    cold_unbound
    sweep "$work/tenth" "$work/out" "$work/resolved" $((port + 1))
    awk -v q="$(cat "$work/askedtenth")" '{printf "%.0f\n", q/$1}' "$work/resolved" >> "$work/resolvedrate"
    awk '{printf "%.0f\n", 100*($2 + $3)/$1}' "$work/resolved" >> "$work/share"
    [ -n "$(command -v dnsperf)" ] || continue
    cold_unbound
    dnsperf -s 127.0.0.1 -p $((port + 1)) -d "$work/queries" -n 1 -q 256 -c 1 -T 1 2> /dev/null |
        sed -n 's/.*Queries per second: *\([0-9]*\).*/\1/p' >> "$work/resolvedlimit"
done
set -- $(summary "$work/rate")
echo "$domains domains, $rounds rounds, load before $before, now $(load)"
echo "names a second: median $1 ($2-$3); CPU $(summary "$work/cpu" | cut -d' ' -f1) s"
echo "peak memory: $(cut -d' ' -f4 "$work/small") kB for $((domains / 10)), $(summary "$work/peak" | cut -d' ' -f1) kB for $domains"
echo "queries: $(cat "$work/asked"), median $(summary "$work/queryrate" | cut -d' ' -f1) a second"
[ ! -s "$work/limit" ] || echo "dnsperf with questions of the same kind: median $(summary "$work/limit" | cut -d' ' -f1) a second"
[ ! -s "$work/resolvedrate" ] || echo "through a cold Unbound, $((domains / 10)) domains: median $(summary "$work/resolvedrate" | cut -d' ' -f1) queries" \
    "a second, our own CPU $(summary "$work/share" | cut -d' ' -f1) % of the time;" \
    "dnsperf through one: $([ -s "$work/resolvedlimit" ] && summary "$work/resolvedlimit" | cut -d' ' -f1 || echo not measured)"
awk -v a="$(cut -d' ' -f4 "$work/small")" -v b="$(summary "$work/peak" | cut -d' ' -f1)" 'BEGIN{exit b > a * 1.25}' || { echo "memory grows"; exit 1; }
