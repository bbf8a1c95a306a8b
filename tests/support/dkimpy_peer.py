#!/usr/bin/python3
"""dkimpy as a peer. Reads lines of JSON, answers each with one line.

{"op": "verify", "message": base64, "keys": {name: TXT data}} -> {"pass": [true, ...], "error": [text, ...]}, topmost first
{"op": "sign", "message": base64, "pem": text, "selector", "domain", "canon": "relaxed/simple", "algorithm"} -> {"field": base64}
{"op": "bench", "what": "sign"|"verify", ... as above, "seconds": s} -> {"rate": messages a second}
"""
import base64
import json
import sys
import time
import warnings

warnings.simplefilter("ignore")
try:
    import dkim
except ImportError:
    print(json.dumps({"absent": "python3-dkim is not installed"}), flush=True)
    sys.exit(3)


def table(keys):
    def txt(name, timeout=5):
        return keys.get(name.decode("ascii", "replace").rstrip(".").lower(), "").encode("latin-1") or None

    return txt


def verify(message, keys):
    txt = table(keys)
    passed, errors = [], []
    try:
        d = dkim.DKIM(message)
        count = sum(1 for name, _ in d.headers if name.lower() == b"dkim-signature")
    except Exception as e:  # what a message can raise is part of the verdict
        return [], [type(e).__name__]
    for i in range(count):
        try:
            passed.append(bool(dkim.DKIM(message).verify(idx=i, dnsfunc=txt)))
            errors.append("")
        except Exception as e:
            passed.append(False)
            errors.append("%s: %s" % (type(e).__name__, e))
    return passed, errors


def sign(message, request):
    header, body = request["canon"].split("/")
    return dkim.sign(message, request["selector"].encode(), request["domain"].encode(), request["pem"].encode(),
                     canonicalize=(header.encode(), body.encode()), signature_algorithm=request["algorithm"].encode())


def answer(request):
    message = base64.b64decode(request["message"])
    if request["op"] == "verify":
        passed, errors = verify(message, request["keys"])
        return {"pass": passed, "error": errors}
    if request["op"] == "sign":
        try:
            return {"field": base64.b64encode(sign(message, request)).decode()}
        except Exception as e:
            return {"field": "", "error": "%s: %s" % (type(e).__name__, e)}
    if request["what"] == "sign":
        work = lambda: sign(message, request)
    else:
        txt = table(request["keys"])
        work = lambda: dkim.verify(message, dnsfunc=txt)
    if not work():
        return {"wrong": True}
    begun, done = time.monotonic(), 0
    while time.monotonic() - begun < request["seconds"]:
        work()
        done += 1
    return {"rate": done / (time.monotonic() - begun)}


print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
