"""Compares what we and Sisimai say about the same mails.

usage: bounce_compare.py OURS.jsonl THEIRS.jsonl REASON-MAP.json
A mail agrees in its recipients when both name the same addresses, and in meaning when our category of each is one that the map
accepts for their reason. Mails that Sisimai does not read are counted apart. Every difference is listed.
"""
import collections
import json
import os
import re
import sys


def lines(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f if line.strip()]


def accepted(reason, text, permanence, table):
    out = list(table["reasons"].get(reason, []))
    for rule in table["refine"]:
        if reason not in rule["reasons"] or not re.search(rule["text"], text or "", re.I):
            continue
        if rule.get("class") and permanence != "temporary":
            continue
        out = list(rule["replace"]) if "replace" in rule else out + rule.get("add", [])
    return out + [t for c in out for t in table["temporary"].get(c, [])]


def main():
    ours = {os.path.basename(m["file"]): m for m in lines(sys.argv[1])}
    theirs = collections.defaultdict(list)
    for e in lines(sys.argv[2]):
        theirs[os.path.basename(e["file"])].append(e)
    with open(sys.argv[3], encoding="utf-8") as f:
        table = json.load(f)
    same, total, means, asked, unread = 0, 0, 0, 0, 0
    for name, mail in sorted(ours.items()):
        events = theirs.get(name)
        if not events:
            unread += 1
            continue
        by_name = {}
        for r in mail["recipients"]:
            for address in (r["address"], r.get("original", "")):
                by_name.setdefault(address.lower(), r)
        wanted = {e["recipient"].lower() for e in events}
        total += 1
        good = len(wanted) == len(mail["recipients"]) and all(w in by_name for w in wanted)
        same += good
        if not good and mail["kind"] == "dsn":
            print(f"recipients: {name}: {sorted(r['address'] for r in mail['recipients'])}, Sisimai {sorted(wanted)}")
        for e in events:
            r = by_name.get(e["recipient"].lower())
            if not r or mail["kind"] != "dsn" or e["reason"] in table["unscored"] or e["reason"] not in table["reasons"]:
                continue
            asked += 1
            ok = r["category"] in accepted(e["reason"], r["diagnostic"], r["permanence"], table)
            means += ok
            if not ok:
                print(f"meaning: {name}: {r['category']}, Sisimai {e['reason']}: {' '.join((r['diagnostic'] or '').split())[:100]}")
    print(f"recipients agree in {same} of {total} mails ({100 * same / max(total, 1):.1f} %), "
          f"meaning of {means} of {asked} recipients ({100 * means / max(asked, 1):.1f} %); Sisimai reads {unread} mails not at all")


if __name__ == "__main__":
    main()
