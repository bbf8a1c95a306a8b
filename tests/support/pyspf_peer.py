# pyspf over a zone in memory: lines {"ip","mail_from","helo","zone"} on standard input (or in a file), one line
# {"result","explanation","error"} each. The zone is the corpora's form: one character is one octet.
import json
import sys
import warnings

warnings.simplefilter("ignore")
import spf  # noqa: E402

zone = {}


def lookup(name, qtype, *_):
    """As a recursive resolver: aliases followed, failures raised."""
    name = name.rstrip(".").lower()
    asked, seen = name, set()
    while True:
        records = zone.get(name, [])
        found = [r["data"] for r in records if r != "TIMEOUT" and r["type"] == qtype]
        if found:
            break
        alias = [r["data"] for r in records if r != "TIMEOUT" and r["type"] == "CNAME"]
        if "TIMEOUT" in records and not alias:
            raise spf.TempError("DNS timeout")
        if not alias or name in seen:
            return []
        seen.add(name)
        name = alias[0].rstrip(".").lower()
    if qtype in ("TXT", "SPF"):
        found = [[s.encode("latin-1") for s in strings] for strings in found]
    if qtype == "MX":
        found = [(int(d[0]), d[1]) for d in found]
    return [((asked, qtype), data) for data in found]


spf.DNSLookup = lookup
for line in open(sys.argv[1]) if len(sys.argv) > 1 else sys.stdin:
    case = json.loads(line)
    zone = {name.lower(): records for name, records in case["zone"].items()}
    try:
        query = spf.query(i=case["ip"], s=case["mail_from"], h=case["helo"], receiver="mx.receiver.example")
        query.set_default_explanation("")
        result, _, explanation = query.check()
        error = explanation if result.endswith("error") else ""
        explanation = explanation if result == "fail" else ""
    except Exception as raised:  # what pyspf itself does not catch
        result, explanation, error = "exception", "", repr(raised)
    print(json.dumps({"result": result, "explanation": explanation, "error": error}))
