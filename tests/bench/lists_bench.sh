#!/bin/sh
# lists_bench.sh [BUILD] [ROUNDS]: D5, a sweep of 256 addresses over 60 lists (15,360 lookups, the lists' own tests besides) with 128
# in flight, against a sequential dnspython loop over the same names, adnshost and dnsperf, all at the same NSD, interleaved.
# In a namespace: unshare -rn sh -c 'ip link set lo up; WAYPOST_BENCH_PORT=53 tests/bench/lists_bench.sh'
# Goals: 20x sequential dnspython (moonshot 40x), nothing lost or repeated, at most 100 MB. Exits 1 when a lookup is lost, the
# memory is exceeded or the gate is missed on a quiet machine (spreads at most 1.5, load at most 0.5).
set -eu
build=${1:-build/bench} rounds=${2:-5} port=${WAYPOST_BENCH_PORT:-15395} lists=60 ips=256
. "$(dirname "$0")/nsd.sh"
work=$(mktemp -d) nsd_pid=
trap '[ -z "$nsd_pid" ] || { kill "$nsd_pid" 2> /dev/null; wait "$nsd_pid" || true; }; rm -rf "$work"' EXIT
before=$(load)
# Every 64th address is listed on every list.
{
    printf '$ORIGIN bulk.test.\n$TTL 300\n@ SOA ns hostmaster 1 3600 600 86400 60\n@ NS ns\nns A 127.0.0.1\n'
    awk -v n="$lists" -v m="$ips" 'BEGIN{for (i = 0; i < n; ++i) { printf "2.0.0.127.l%d A 127.0.0.2\n", i
        for (k = 0; k < m; k += 64) printf "%d.100.51.198.l%d A 127.0.0.2\n%d.100.51.198.l%d TXT \"listed\"\n", k, i, k, i }}'
} > "$work/bulk.zone"
awk -v n="$lists" -v m="$ips" 'BEGIN{for (k = 0; k < m; ++k) for (i = 0; i < n; ++i) printf "%d.100.51.198.l%d.bulk.test\n", k, i}' > "$work/names"
sed 's/$/ A/' "$work/names" > "$work/queries"
start_nsd "$work" "$port" bulk.test "$work/bulk.zone"
cat > "$work/sequential.py" << 'PY'
import sys, time
import dns.resolver
r = dns.resolver.Resolver(configure=False)
r.nameservers, r.port, r.cache = ["127.0.0.1"], int(sys.argv[1]), None
names, listed, start = open(sys.argv[2]).read().split(), 0, time.monotonic()
for n in names:
    try:
        r.resolve(n, "A")
        listed += 1
    except dns.resolver.NXDOMAIN:
        pass
print("rate=%.0f listed=%d" % (len(names) / (time.monotonic() - start), listed))
PY
value() { sed -n "s/.*$1=\([0-9.]*\).*/\1/p"; }
run() { "$build/bin/lists_bench" "127.0.0.1:$port" "$lists" "$ips" > "$work/out" || { cat "$work/out"; exit 1; }
        value rate < "$work/out" >> "$work/ours"; value rss_mb < "$work/out" >> "$work/memory"; cat "$work/out"; }
run > /dev/null
: > "$work/ours"
i=0
while [ "$i" -lt "$rounds" ]; do
    i=$((i + 1))
    run
    /usr/bin/python3 "$work/sequential.py" "$port" "$work/names" | value rate >> "$work/dnspython"
    dnsperf -s 127.0.0.1 -p "$port" -d "$work/queries" -n 1 -q 128 -c 1 -T 1 2> /dev/null |
        sed -n 's/.*Queries per second: *\([0-9]*\).*/\1/p' >> "$work/dnsperf"
done
# adns asks at port 53 alone: run this in a network namespace of its own, with WAYPOST_BENCH_PORT=53, to see it.
if [ "$port" = 53 ] && command -v adnshost > /dev/null; then
    start=$(date +%s.%N)
    timeout 300 adnshost --config "nameserver 127.0.0.1" -f -Fi -t a < "$work/names" > "$work/adns" 2> /dev/null || true
    echo "$(date +%s.%N) $start $(wc -l < "$work/names")" | awk '{printf "adnshost -f: %.2f s, %.0f a second\n", $1-$2, $3/($1-$2)}'
fi
"$build/bin/lists_bench" "127.0.0.1:$port" "$lists" "$ips" "$work/kept.waypost" > "$work/out"
echo "kept in a workspace: $(cat "$work/out")"
echo "$lists lists x $ips addresses, $rounds rounds, load before $before, now $(load)"
show() { set -- "$1" $(summary "$work/$2"); echo "$1 median $2 a second ($3-$4)"; }
show "ours, 128 in flight  " ours
show "dnspython, one by one" dnspython
show "dnsperf -q 128       " dnsperf
show "memory, MB           " memory
set -- $(summary "$work/ours") $(summary "$work/dnspython") $(summary "$work/memory")
echo "$* $before" | awk '{
    noisy = ($3/$2 > 1.5 || $6/$5 > 1.5 || $10 > 0.5); ratio = $1/$4
    printf("D5 ratio %.1f%s: %s\n", ratio, (noisy ? " on a busy machine" : ""), (ratio >= 40 ? "moonshot 40 reached" : (ratio >= 20 ? "gate 20 reached" : "gate 20 missed")))
    if ($9 > 100) { print "more than 100 MB"; exit 1 }
    if (ratio < 20 && !noisy) exit 1 }'
