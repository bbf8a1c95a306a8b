#!/bin/sh
# structured_import.sh [BUILD] [LINES] [ROUNDS]: our import of a KumoMTA log (JSON lines) and of a PowerMTA accounting file
# against our import of a Postfix log with as many lines, in turn. Prints lines, octets and events a second and the
# ratios to Postfix. Goal L3: lines a second, gate 0.4, moonshot 0.7. In the Postfix log one line of seven is an
# attempt, in KumoMTA's one of two, in PowerMTA's every one: the ratio by events stands beside. Exits 1 when an
# import fails or its roll-ups differ from its events.
set -eu
build=${1:-build/bench} lines=${2:-1000000} rounds=${3:-5}
export WAYPOST_RESOURCES="${WAYPOST_RESOURCES:-$(dirname "$0")/../../resources}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/bin/generate_log" "$lines" > "$work/postfix" 2> /dev/null
for kind in kumomta pmta; do "$build/bin/generate_records" $kind "$lines" > "$work/$kind"; done
load=$(cut -d' ' -f1 /proc/loadavg)
for kind in postfix kumomta pmta; do
    WAYPOST_RECOUNT=1 "$build/bin/import_log" "$work/warm.waypost" "$work/$kind" > "$work/out" || { cat "$work/out"; exit 1; }
    rm -f "$work"/warm.waypost*
done
i=0
while [ "$i" -lt "$rounds" ]; do
    i=$((i + 1))
    for kind in postfix kumomta pmta; do
        rm -f "$work"/run.waypost*
        a=$(date +%s.%N); "$build/bin/import_log" "$work/run.waypost" "$work/$kind" > "$work/out"; b=$(date +%s.%N)
        echo "$a $b $(sed -n 's/.* records=\([0-9]*\) events=\([0-9]*\) .*/\1 \2/p' "$work/out") $(stat -c %s "$work/$kind")" \
            "$(sed -n 's/.*peak=\([0-9]*\)KB.*/\1/p' "$work/out")" >> "$work/times.$kind"
    done
done
echo "load-before $load"
for kind in postfix kumomta pmta; do
    awk '{print $2 - $1, $3, $4, $5, $6}' "$work/times.$kind" | sort -n |
        awk -v k=$kind '{t[NR]=$1; l=$2; e=$3; o=$4; if ($5>m) m=$5} END{h=int((NR+1)/2); printf "%s %.3f %.3f %.3f %d %d %d %d\n", k, t[h], t[1], t[NR], l, e, o, m}'
done > "$work/table"
awk '{ls=$5/$2; es=$6/$2; if (NR==1) {pl=ls; pe=es}
      printf "%-8s median %.3f s (%.3f-%.3f), %.2f M lines/s, %.0f MB/s, %.2f M events/s, peak %.0f MB; to Postfix: lines %.2f, events %.2f%s\n",
             $1, $2, $3, $4, ls/1e6, $7/$2/1e6, es/1e6, $8/1024, ls/pl, es/pe, (NR==1 ? "" : (ls/pl >= 0.4 ? " (gate 0.4 reached)" : " (gate 0.4 missed)"))}' "$work/table"
