#!/usr/bin/env python3
"""What the same rules cost without automata: Python's re tries the patterns one after the other.
classify_peer.py RULES-FOLDER FILE [ROUNDS]: one reply a line; prints microseconds a text."""
import glob
import json
import re
import sys
import time

patterns = []
for file in sorted(glob.glob(sys.argv[1] + "/replies/*.json")):
    with open(file, encoding="utf-8") as f:
        for rule in json.load(f)["rules"]:
            if "pattern" in rule:
                patterns.append(re.compile(rule["pattern"].encode(), re.IGNORECASE))
with open(sys.argv[2], "rb") as f:
    texts = f.read().splitlines()
rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 3
start = time.process_time()
hits = 0
for _ in range(rounds):
    for text in texts:
        for pattern in patterns:
            if pattern.search(text):
                hits += 1
                break
spent = time.process_time() - start
print(f"{len(texts)} texts, {len(patterns)} patterns: {spent / rounds / len(texts) * 1e6:.0f} us a text, {hits // rounds} hits")
