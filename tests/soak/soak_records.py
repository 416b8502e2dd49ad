"""What was written down about the exchanges of a round, each record on its own: the devices' tally, the journal's
file, the W3C and HTTPERR logs of all sites. All are counted in the same terms, so that they can be compared.

An exchange is (site, what was asked, how it ended, whether a part of the answer was sent, status, whose answer,
pkiStatus). The site is the one of the URL; a healthy one's are told by messageType and pkiStatus, those of sites
that faults shape by operation, since devices and server need not mean the same by an answer that was altered.
"""
import collections
import glob
import json
import os
import re
import shutil

HEALTHY = ("default", "manual")
ENDS = {"sent": "answered", "closed-by-plan": "closed", "stalled-by-plan": "closed", "reset-by-plan": "reset",
        "client-left": "left"}
FROM = {"iis": "iis", "mscep": "iis", "http_sys": "http_sys", "proxy": "other", "mock-ndes": "other"}
PREFIX = re.compile(r"/(?:site/|(?=fault/))((?:fault/)?[^/]+)/")
OPERATION = re.compile(r"(?:^|[?&])operation=(\w+)")


def key(site, asks, end, within, status, origin, pki_status):
    """One kind of exchange, in the terms that all records share."""
    operation = asks if asks in ("GetCACaps", "GetCACert") else "PKIOperation"
    if end != "answered":
        return site, operation, end, within and end != "left", 0, "", ""
    if site in HEALTHY:
        return site, asks, end, True, status, origin, pki_status
    return site, operation, end, True, status, origin, ""


def of_devices(tally):
    found = collections.Counter()
    for row in tally["rows"]:
        found[key(row["site"], row["asks"], row["end"], row["within"], row["status"], row["from"],
                  row["pki_status"])] += row["count"]
    return found


class Journal:
    """A round's part of journal.jsonl."""

    def __init__(self, directory):
        self.counts = collections.Counter()
        self.numbers = []
        self.broke = 0
        self.issued = 0     # exchanges that name a serial
        self.strangers = 0  # that stand with another site than their URL names
        with open(os.path.join(directory, "journal.jsonl"), encoding="utf-8") as file:
            for line in file:
                self._take(json.loads(line))
        self.numbers.sort()

    def _take(self, entry):
        target, response = entry["request"]["target"], entry.get("response", {})
        prefix = PREFIX.match(target)
        site = prefix.group(1) if prefix else "default"
        asks = OPERATION.search(target).group(1)
        status, pki_status = response.get("status", 0), ""
        if any("status_line" in fault.get("actions", ()) for fault in entry.get("faults", ())):
            status = 0  # which no device can read
        if asks == "PKIOperation" and "message" in entry:
            asks = entry["message"].get("type_name", asks)
            pki_status = entry.get("disposition", {}).get("status", "") if status == 200 else ""
        end = entry["connection"]["end"]
        self.counts[key(site, asks, ENDS.get(end, end), response.get("bytes", 0) > 0, status,
                        FROM.get(response.get("from"), "nobody") if status else "nobody", pki_status)] += 1
        self.numbers.append(entry["exchange"])
        self.broke += entry.get("broke", False)
        self.issued += "serial" in entry.get("issuance", {})
        self.strangers += entry["site"] != site and response.get("from") != "mock-ndes"


# --- the logs of the deployments ----------------------------------------------------------------------------

def expected_logs(devices):
    """What W3C and HTTPERR must have by what the devices saw: {(operation, status): lines}. What was broken off by
    plan, and what a device did not wait for, is a 200 of IIS; of a device that went, http.sys notes it too. At the
    site `broken` nothing is broken off by plan: what is not answered there has died with its worker process."""
    w3c, httperr = collections.Counter(), collections.Counter()
    for (site, asks, end, within, status, origin, _), count in devices.items():
        operation = asks if asks in ("GetCACaps", "GetCACert") else "PKIOperation"
        if end == "answered" and origin == "iis":
            w3c[operation, str(status)] += count
        elif end == "answered" and status == 0:  # a status line that none can read
            w3c[operation, "200"] += count
        elif end == "answered" and origin == "http_sys":
            httperr[operation, str(status)] += count
        elif end == "left":
            w3c[operation, "200"] += count
            httperr[operation, "Connection_Dropped"] += count
        elif within and end != "answered":
            w3c[operation, "200"] += count
        elif site == "broken" and end in ("closed", "reset"):
            httperr[operation, "Connection_Abandoned_By_ReqQueue"] += count
    return w3c, httperr


# Of a file that was emptied since it was begun, which goes on without its header.
W3C = ("date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) "
       "sc-status sc-substatus sc-win32-status time-taken").split()
HTTPERR = ("date time c-ip c-port s-ip s-port cs-version cs-method cs-uri streamid sc-status s-siteid s-reason "
           "s-queuename").split()


def _lines(pattern, fields):
    """The lines of log files as {field: value}."""
    for path in glob.glob(pattern):
        with open(path, encoding="utf-8", newline="\r\n") as file:
            for line in file:
                if not line.startswith("#"):
                    yield dict(zip(fields, line.split()))


class Logs:
    """The lines about devices; those about calls between the policy module and the connector are not of them."""

    def __init__(self, directory):
        self.w3c, self.httperr = collections.Counter(), collections.Counter()
        for line in _lines(os.path.join(directory, "W3SVC*", "u_ex*.log"), W3C):
            if not line["cs-uri-stem"].startswith("/CertificateRegistrationSvc/"):
                self.w3c[_operation(line["cs-uri-query"]), line["sc-status"]] += 1
        for line in _lines(os.path.join(directory, "W3SVC*", "HTTPERR", "httperr*.log"), HTTPERR):
            what = line["sc-status"] if line["sc-status"] != "-" else line["s-reason"]
            self.httperr[_operation(line["cs-uri"]), what] += 1


def _operation(query):
    found = OPERATION.search(query)
    return found.group(1) if found else query


def empty(directory, kept):
    """Empties the files of the sites that are `kept`, by their folders' names, and removes those of others."""
    for folder in os.listdir(directory):
        path = os.path.join(directory, folder)
        if os.path.isdir(path) and folder not in kept:
            shutil.rmtree(path)
    for root, _, files in os.walk(directory):
        for name in files:
            os.truncate(os.path.join(root, name), 0)


def differences(found, wanted, name):
    """The kinds of exchange that were not counted alike, as lines."""
    return [f"{name}: {kind}: found {found[kind]}, wanted {wanted[kind]}"
            for kind in sorted(found.keys() | wanted.keys(), key=str) if found[kind] != wanted[kind]]
