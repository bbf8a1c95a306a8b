#!/bin/sh
# postfix_import.sh [BUILD] [LINES] [PAIRS]: our import (rows, roll-ups, queue ids joined, SQLite with synchronous=FULL) against
# pflogsumm on the same generated log, interleaved A B A B …; prints the ratio of medians, both spreads, load and peak memory.
# Goal L1: gate 20, moonshot 35. Exits 1 when the import fails or its roll-ups differ from its events; the ratio is only judged
# when both spreads are at most 1.5 and the load was at most 0.5 before the start.
set -eu
build=${1:-build/bench} lines=${2:-1000000} pairs=${3:-5}
export WAYPOST_RESOURCES="${WAYPOST_RESOURCES:-$(dirname "$0")/../../resources}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/bin/generate_log" "$lines" > "$work/mail.log"
load=$(cut -d' ' -f1 /proc/loadavg)
now() { date +%s.%N; }
took() { echo "$1 $2" | awk '{printf "%.3f\n", $2 - $1}'; }

"$build/bin/import_log" "$work/warm.waypost" "$work/mail.log" > /dev/null
WAYPOST_RECOUNT=1 "$build/bin/import_log" "$work/warm.waypost" "$work/mail.log" > "$work/recount" || { cat "$work/recount"; exit 1; }
bytes=$(stat -c %s "$work/warm.waypost")
peer=$(command -v pflogsumm || ls /usr/sbin/pflogsumm 2> /dev/null || true)
i=0
while [ "$i" -lt "$pairs" ]; do
    i=$((i + 1))
    rm -f "$work"/run.waypost*
    a=$(now); "$build/bin/import_log" "$work/run.waypost" "$work/mail.log" > "$work/out"; b=$(now)
    took "$a" "$b" >> "$work/ours"
    sed -n 's/.*cpu=\([0-9.]*\)s peak=\([0-9]*\)KB.*/\1 \2/p' "$work/out" >> "$work/cost"
    [ -n "$peer" ] || continue
    a=$(now); "$peer" "$work/mail.log" > /dev/null; b=$(now)
    took "$a" "$b" >> "$work/theirs"
done
summary() { sort -n "$1" | awk '{v[NR]=$1} END{printf "%.3f %.3f %.3f\n", v[int((NR+1)/2)], v[1], v[NR]}'; }
set -- $(summary "$work/ours")
ours=$1 ours_min=$2 ours_max=$3
events=$(sed -n 's/.* events=\([0-9]*\) .*/\1/p' "$work/out")
echo "lines $lines events $events load-before $load"
echo "ours      median $ours s ($ours_min-$ours_max), $(awk '{if($1>c)c=$1; if($2>m)m=$2} END{printf "cpu %.3f s, peak %.1f MB", c, m/1024}' "$work/cost"), $(echo "$bytes $events" | awk '{printf "%.0f bytes an event on disk", $1/$2}')"
[ -n "$peer" ] || { echo "pflogsumm is not installed: not measured"; exit 0; }
set -- $(summary "$work/theirs")
echo "pflogsumm median $1 s ($2-$3)"
echo "$ours $1 $ours_min $ours_max $2 $3 $load" | awk '{
    verdict = ($4/$3 > 1.5 || $6/$5 > 1.5 || $7 > 0.5) ? "too noisy to judge" : ($2/$1 >= 20 ? "gate 20 reached" : "gate 20 missed")
    printf "ratio %.1f (best of both: %.1f): %s\n", $2/$1, $5/$3, verdict }'
