#!/bin/sh
# bounce.sh [BUILD] [COPIES] [PAIRS]: bounce parse of a folder of mails against Sisimai (Perl, Debian's libsisimai-perl) on the same
# folder, each as one process with its start, interleaved A B A B …; prints mails a second, the ratio of medians and both spreads.
# Then what both say about each mail once (B2): recipients and meaning, every difference by name.
# Goal B1: gate 12, moonshot 25. Not measured without Sisimai or without the corpus.
set -eu
build=${1:-build/bench} copies=${2:-20} pairs=${3:-5}
here=$(dirname "$0")
export WAYPOST_RESOURCES="${WAYPOST_RESOURCES:-$here/../../resources}"
corpus=${WAYPOST_CORPORA:-$here/../../../shared/corpora}/bounces
[ -d "$corpus/sisimai" ] || { echo "the corpus is absent: not measured"; exit 0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/once" "$work/many"
cp "$corpus"/sisimai/*.eml "$work/once"
i=0
while [ "$i" -lt "$copies" ]; do
    i=$((i + 1))
    for f in "$corpus"/sisimai/*.eml; do cp "$f" "$work/many/$i-${f##*/}"; done
done
mails=$(ls "$work/many" | wc -l)
load=$(cut -d' ' -f1 /proc/loadavg)
now() { date +%s.%N; }
took() { echo "$1 $2" | awk '{printf "%.3f\n", $2 - $1}'; }
cat > "$work/peer.pl" <<'P'
use Sisimai;
my $all = Sisimai->make($ARGV[0], 'delivered' => 1) || [];
if ($ARGV[1]) {
    require JSON;
    my $json = JSON->new->canonical;
    for my $e (@$all) {
        print $json->encode({ 'recipient' => $e->recipient->address, 'reason' => $e->reason, 'status' => $e->deliverystatus,
            'file' => $e->origin }), "\n";
    }
} else {
    print scalar(@$all), "\n";
}
P
peer=
perl -MSisimai -e 1 2> /dev/null && peer=yes
"$build/bin/waypost-cli" --json bounce parse "$work/once" > "$work/ours.json"
i=0
while [ "$i" -lt "$pairs" ]; do
    i=$((i + 1))
    a=$(now); "$build/bin/waypost-cli" --json bounce parse "$work/many" > "$work/out"; b=$(now)
    took "$a" "$b" >> "$work/ours"
    [ -n "$peer" ] || continue
    a=$(now); perl "$work/peer.pl" "$work/many" > /dev/null; b=$(now)
    took "$a" "$b" >> "$work/theirs"
done
[ "$(wc -l < "$work/out")" = "$mails" ] || { echo "not every mail has its line"; exit 1; }
summary() { sort -n "$1" | awk '{v[NR]=$1} END{printf "%.3f %.3f %.3f\n", v[int((NR+1)/2)], v[1], v[NR]}'; }
set -- $(summary "$work/ours")
ours=$1 ours_min=$2 ours_max=$3
echo "mails $mails load-before $load"
echo "ours    median $ours s ($ours_min-$ours_max), $(echo "$mails $ours" | awk '{printf "%.0f", $1/$2}') mails/s"
[ -n "$peer" ] || { echo "Sisimai is not installed: not measured"; exit 0; }
set -- $(summary "$work/theirs")
echo "Sisimai $(perl -MSisimai -e 'print $Sisimai::VERSION') median $1 s ($2-$3), $(echo "$mails $1" | awk '{printf "%.0f", $1/$2}') mails/s"
echo "$ours $1 $ours_min $ours_max $2 $3 $load" | awk '{
    verdict = ($4/$3 > 1.5 || $6/$5 > 1.5 || $7 > 0.5) ? "too noisy to judge" : ($2/$1 >= 12 ? "gate 12 reached" : "gate 12 missed")
    printf "ratio %.1f (best of both: %.1f): %s\n", $2/$1, $5/$3, verdict }'
perl "$work/peer.pl" "$work/once" json > "$work/theirs.json"
python3 "$here/bounce_compare.py" "$work/ours.json" "$work/theirs.json" "$corpus/reason-map.json"
