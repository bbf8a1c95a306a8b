# To be sourced: start_nsd FOLDER PORT ZONE FILE [ZONE FILE]... runs NSD for these zones on 127.0.0.1 and sets nsd_pid. Response
# rate limiting is off: it would turn a benchmark of the client into one of its timeouts.
start_nsd() {
    folder=$1 nsd_port=$2
    shift 2
    cat > "$folder/nsd.conf" << CONF
server:
  ip-address: 127.0.0.1@$nsd_port
  username: ""
  chroot: ""
  server-count: 1
  database: ""
  zonesdir: "$folder"
  pidfile: "$folder/nsd.pid"
  xfrdfile: "$folder/xfrd"
  xfrdir: "$folder"
  zonelistfile: "$folder/zonelist"
  logfile: "$folder/nsd.log"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
CONF
    while [ $# -gt 1 ]; do
        printf 'zone:\n  name: "%s"\n  zonefile: "%s"\n' "$1" "$2" >> "$folder/nsd.conf"
        shift 2
    done
    PATH=$PATH:/usr/sbin nsd -d -c "$folder/nsd.conf" > "$folder/nsd.out" 2>&1 &
    nsd_pid=$!
    tries=0
    until grep -q "nsd started" "$folder/nsd.log" 2> /dev/null; do
        tries=$((tries + 1))
        if [ "$tries" -gt 200 ] || ! kill -0 "$nsd_pid" 2> /dev/null; then
            echo "NSD did not come up: $(cat "$folder/nsd.out" "$folder/nsd.log" 2> /dev/null)"
            exit 2
        fi
        sleep 0.1
    done
}
summary() { sort -n "$1" | awk '{v[NR]=$1} END{printf "%s %s %s\n", v[int((NR+1)/2)], v[1], v[NR]}'; }
load() { cut -d' ' -f1 /proc/loadavg; }
