#!/bin/sh
# desktop_start.sh [BUILD] [WORKSPACE] [RUNS]: time from process start to the first paint of the console on Xvfb and its resident
# memory two seconds later, against the time to the first visible window of Wireshark (empty) and DB Browser for SQLite, in turn.
# Goals U3 (at most 0.6 x Wireshark, 1.0 x DB Browser) and U8. A peer that is not installed is "not measured".
set -eu
build=${1:-build/release} workspace=${2:-} runs=${3:-5}
export WAYPOST_RESOURCES="${WAYPOST_RESOURCES:-$(dirname "$0")/../../resources}" WAYPOST_TIMING=1 HOME=$(mktemp -d)
export XDG_RUNTIME_DIR="$HOME" QT_QPA_PLATFORM=xcb
trap 'rm -rf "$HOME"; kill $xvfb 2> /dev/null || true' EXIT
Xvfb :97 -screen 0 1600x1000x24 > /dev/null 2>&1 & xvfb=$!
export DISPLAY=:97
sleep 1
now() { date +%s%3N; }
ours() {
    "$build/bin/waypost" ${workspace:+--workspace "$workspace"} 2> "$HOME/err" & pid=$!
    sleep 2
    sed -n 's/.*first paint \([0-9]*\) ms.*/\1/p' "$HOME/err" >> "$HOME/ours"
    sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status" >> "$HOME/memory"
    kill $pid 2> /dev/null || true; wait $pid 2> /dev/null || true
}
peer() { # peer NAME COMMAND…
    name=$1; shift
    command -v "$1" > /dev/null || return 0
    a=$(now); "$@" > /dev/null 2>&1 & pid=$!
    while ! xdotool search --onlyvisible --pid $pid > /dev/null 2>&1 && kill -0 $pid 2> /dev/null; do :; done
    echo $(($(now) - a)) >> "$HOME/$name"
    kill $pid 2> /dev/null || true; wait $pid 2> /dev/null || true
}
i=0
while [ "$i" -lt "$runs" ]; do
    i=$((i + 1))
    ours; peer wireshark wireshark; peer sqlitebrowser sqlitebrowser
done
median() { sort -n "$1" | awk '{v[NR]=$1} END{print v[int((NR+1)/2)]}'; }
m=$(median "$HOME/ours")
echo "waypost first paint: median $m ms, resident $(($(median "$HOME/memory") / 1024)) MB"
for name in wireshark sqlitebrowser; do
    if [ -s "$HOME/$name" ]; then
        p=$(median "$HOME/$name")
        echo "$name first window: median $p ms, ratio $(echo "$m $p" | awk '{printf "%.2f", $1/$2}')"
    else echo "$name is not installed: not measured"; fi
done
