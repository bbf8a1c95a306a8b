#!/usr/bin/python3
"""musts.py BIN MUSTS.json: every demand of a standard has a test, and every test named there exists.

The rows are asked of the test programs themselves (-functions, -datatags), so a row that is renamed or taken out
without its entry fails here. Prints a line a standard."""
import json
import subprocess
import sys


def rows(bin_dir, program):
    def lines(option):
        done = subprocess.run([f"{bin_dir}/{program}", option], capture_output=True, text=True, check=True)
        return done.stdout.splitlines()

    out = {line.rstrip("()") for line in lines("-functions")}
    out |= {line.split(" ", 1)[1] for line in lines("-datatags") if " " in line}
    return out


def main():
    bin_dir, file = sys.argv[1:]
    standards = json.load(open(file, encoding="utf-8"))["standards"]
    known, wrong = {}, []
    for standard, demands in standards.items():
        named = set()
        for demand in demands:
            where = f'{standard} section {demand["section"]} ("{demand["says"]}")'
            if not demand["tests"]:
                wrong.append(f"{where} has no test")
            for test in demand["tests"]:
                program, wanted = test.split(" ", 1)
                if program not in known:
                    known[program] = rows(bin_dir, program)
                if wanted.endswith("*"):
                    found = {r for r in known[program] if r.startswith(wanted[:-1])}
                else:
                    found = known[program] & {wanted}
                if not found:
                    wrong.append(f"{where}: there is no {test}")
                named |= {(program, f) for f in found}
        print(f"{standard}: {len(demands)} demands, {len(named)} rows")
    for line in wrong:
        print("WRONG:", line)
    sys.exit(1 if wrong else 0)


main()
