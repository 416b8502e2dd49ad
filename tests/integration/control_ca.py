"""Challenges, transactions, certificates and the CA by the control API; OpenSSL and the client judge."""
import os
import subprocess
import sys
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock

SITE = "/v1/sites/default"


def enroll(server, name, *options, url=None):
    """Runs the reference client into a folder of this name."""
    return mock.program("enroll", url or server.scep, "--subject", f"CN={name}", "--out",
                        os.path.join(server.directory, name), "--json", *options)


def openssl(*arguments, **options):
    return subprocess.run(["openssl", *arguments], capture_output=True, text=True, **options)


def challenges(server):
    path = SITE + "/challenges"
    status, headers, made = server.call("POST", path, {})
    mock.ok("a password is made", status == 201 and len(made["text"]) == 16 and
            headers["Location"].endswith(made["challenge"]), (status, made))
    mock.equal("which waits", made["state"], "valid")
    mock.equal("it enrols", enroll(server, "one", "--challenge", made["text"]).returncode, 0)
    found = server.made("GET", f"{path}/{made['challenge']}")
    mock.ok("then it is used, by an exchange", found["state"] == "used" and found["used_by"], found)
    mock.ok("once", "0x800B0110" in enroll(server, "two", "--challenge", made["text"]).stdout, made)
    made = server.made("POST", path, {"kind": "plain", "text": "Grüße", "ttl": "1h"})
    mock.equal("a text of choice", (made["text"], made["state"]), ("Grüße", "valid"))
    mock.equal("it enrols", enroll(server, "three", "--challenge", "Grüße").returncode, 0)
    made = server.made("POST", path, {"kind": "intune", "subject": "CN=four", "key_usage": "both"})
    mock.ok("one in Intune's form", len(made["text"]) > 4000 and made["kind"] == "intune", made["kind"])
    mock.ok("is bound to its subject", enroll(server, "five", "--challenge", made["text"]).returncode == 1,
            "five")
    mock.equal("and good for that", enroll(server, "four", "--challenge", made["text"]).returncode, 0)
    made = server.made("POST", path, {"kind": "plain", "text": "gone"})
    mock.equal("revoked", server.call("DELETE", path + "/gone")[0], 204)
    found = enroll(server, "six", "--challenge", "gone")
    mock.ok("it is refused as an unknown one", "0x80070490" in found.stdout, found.stdout)
    mock.equal("and its state is told", server.made("GET", path + "/gone")["state"], "revoked")
    server.made("POST", path, {"kind": "plain", "text": "old", "ttl": "-1m"})
    mock.ok("one that has expired", "0x80070490" in enroll(server, "seven", "--challenge", "old").stdout, "old")
    for _ in range(5):
        server.made("POST", path, {})
    status, _, answer = server.call("POST", path, {})
    mock.ok("the cache is full: 409", status == 409, answer)
    mock.equal("unless forced", server.call("POST", path, {"force": True})[0], 201)
    found = server.made("GET", path + "?state=valid&limit=4")
    mock.equal("listed by state, in pages", (len(found["challenges"]), found["total"]), (4, 6))
    rest = server.made("GET", f"{path}?state=valid&before={urllib.parse.quote(found['next'])}")
    mock.equal("to the end", (len(rest["challenges"]), rest["next"]), (2, None))
    mock.equal("all are forgotten", server.call("DELETE", path)[0], 204)
    mock.equal("none waits", server.made("GET", path + "?state=valid")["total"], 0)
    for body in ({"kind": "plain"}, {"text": "x"}, {"kind": "plan", "text": "x"}, {"ttl": "1"}):
        status = server.call("POST", path, body)[0]
        mock.ok(f"refused: {body}", status in (201, 422) and (status == 422) == (body != {"ttl": "1"}), status)
    mock.equal("an unknown one", server.call("GET", path + "/nobody")[0], 404)
    mock.equal("is not revoked", server.call("DELETE", path + "/nobody")[0], 404)


def transactions(server):
    site = server.made("POST", "/v1/sites", {"name": "manual", "settings": {
        "approval": "manual", "challenge": "secret"}})
    path = "/v1/sites/manual/transactions"
    poll = ("--challenge", "secret", "--poll-interval", "1s", "--poll-max", "0")
    for name in ("a", "b"):
        found = enroll(server, name, "--transaction-id", f"tx/{name}", *poll, url=site["scep"])
        mock.equal(f"{name} waits", found.returncode, 1)
    found = server.made("GET", path + "?state=PENDING")
    mock.equal("both are pending, the newest first", [t["transaction_id"] for t in found["transactions"]],
               ["tx/b", "tx/a"])
    found = server.made("POST", path + "/tx%2Fa/approve")
    mock.ok("one is approved", found["status"] == "PENDING" and found["approved_at"], found)
    found = server.made("POST", path + "/tx%2Fb/deny")
    mock.equal("the other denied", (found["status"], found["error_name"]),
               ("FAILURE", "CERTSRV_E_ADMIN_DENIED_REQUEST"))
    mock.equal("not twice", server.call("POST", path + "/tx%2Fb/approve")[0], 409)
    for method, verb in (("GET", ""), ("POST", "/approve"), ("POST", "/deny")):
        status, _, answer = server.call(method, path + "/tx%2Fc" + verb)
        mock.ok(f"an unknown one, {method}{verb}: 404 with those that there are", status == 404 and
                "there is tx/b, tx/a" in answer["detail"], answer)
    key = os.path.join(server.directory, "a", "key.pem")
    found = enroll(server, "a", "--transaction-id", "tx/a", "--key", key, "--force", *poll, url=site["scep"])
    mock.equal("the next request gets it", found.returncode, 0)
    found = server.made("GET", path + "/tx%2Fa")
    mock.ok("and the transaction has ended", found["status"] == "SUCCESS" and found["serial"], found)
    server.call("DELETE", "/v1/sites/manual")


def certificates(server):
    path = SITE + "/certificates"
    found = server.made("GET", path + "?subject=*CN=o*")
    mock.equal("a certificate is found by its subject", [c["subject"] for c in found["certificates"]],
               ["CN=one"])
    serial = found["certificates"][0]["serial"]
    pem = server.call("GET", f"{path}/{serial}/pem")[2].decode()
    text = openssl("x509", "-noout", "-serial", "-subject", input=pem).stdout
    mock.ok("OpenSSL reads it", f"serial={serial.upper()}" in text, text)
    mock.equal("all sites' route finds it too",
               server.made("GET", f"/v1/certificates?serial={serial}")["total"], 1)
    found = server.made("POST", f"{path}/{serial}/revoke", {"reason": "certificateHold"})
    mock.equal("it is revoked", (found["state"], found["reason"]), ("revoked", "certificateHold"))
    crl = server.made("GET", SITE + "/ca")["crl"]["pem"]
    text = openssl("crl", "-noout", "-text", input=crl).stdout
    mock.ok("the CRL lists it", serial.upper() in text and "Certificate Hold" in text, text)
    found = enroll(server, "renewed", "--renew", os.path.join(server.directory, "one"))
    mock.equal("a renewal with it fails", found.returncode, 1)
    mock.equal("listed by state", server.made("GET", path + "?state=revoked")["total"], 1)
    found = server.made("POST", f"{path}/{serial}/unrevoke")
    mock.equal("the hold is lifted", found["state"], "valid")
    server.made("POST", f"{path}/{serial}/revoke", {"reason": "keyCompromise"})
    status, _, answer = server.call("POST", f"{path}/{serial}/unrevoke")
    mock.ok("another reason cannot be", status == 409, answer)
    for word in ("00", "nothex", "0"):
        mock.equal(f"no certificate {word}", server.call("GET", f"{path}/{word}")[0], 404)
        mock.equal("to revoke", server.call("POST", f"{path}/{word}/revoke")[0], 404)


def ca(server):
    path = SITE + "/ca"
    found = server.made("GET", path)
    mock.equal("the chain with its roles", [c["role"] for c in found["chain"]][:2],
               ["ra_signing", "ra_encryption"])
    mock.equal("its root is that of the ready line", found["chain"][-1]["sha256"],
               server.ready["ca_fingerprint_sha256"])
    chain = server.call("GET", path + "/chain.pem")[2].decode()
    mock.equal("as PEM", chain.count("BEGIN CERTIFICATE"), len(found["chain"]))
    root = os.path.join(server.directory, "root.pem")
    with open(root, "w", encoding="ascii") as file:
        file.write(found["chain"][-1]["pem"])
    der = os.path.join(server.directory, "crl.der")
    with open(der, "wb") as file:
        file.write(server.call("GET", path + "/crl")[2])

    def number():
        return openssl("crl", "-noout", "-crlnumber", input=server.made("GET", path)["crl"]["pem"]).stdout
    found = openssl("crl", "-inform", "DER", "-in", der, "-noout", "-CAfile", root)
    mock.ok("OpenSSL verifies the CRL", "verify OK" in found.stderr, found)
    before = number()
    server.made("POST", path + "/crl")
    mock.ok("published anew it has another number", number() != before, before)
    def ra():
        return [c["serial"] for c in server.made("GET", path)["chain"][:2]]
    server.made("PATCH", SITE + "/settings", {"settings": {"challenge": "secret"}})
    mock.equal("a device enrols", enroll(server, "early", "--challenge", "secret").returncode, 0)
    newest = server.made("GET", "/v1/requests?message_type=PKCSReq")["requests"][0]["number"]
    old, message = ra(), server.call("GET", f"/v1/requests/{newest}/request")[2].partition(b"\r\n\r\n")[2]
    server.made("POST", path + "/ra-certificates", {"state": "expired"})
    mock.equal("RA certificates expire", mock.get(server.scep + "?operation=GetCACaps")[0], 500)
    server.made("POST", path + "/ra-certificates", {"state": "renewed"})
    mock.equal("and are renewed", mock.get(server.scep + "?operation=GetCACaps")[0], 200)
    new = ra()
    mock.ok("to others than before", not set(new) & set(old), (old, new))
    server.made("PATCH", SITE + "/settings", {"settings": {"ca_signature": "sha1"}})
    mock.equal("which a change of something else leaves", len(set(ra()) & set(old)), 0)
    server.made("POST", path + "/ra-certificates", {"state": "renewed"})
    mock.equal("each time", len(set(ra()) & set(new + old)), 0)
    url = urllib.parse.urlsplit(server.scep)
    mock.call(f"http://{url.netloc}", "POST", url.path + "?operation=PKIOperation", raw=message)
    found = server.made("GET", "/v1/requests?operation=PKIOperation")["requests"][0]["number"]
    found = server.made("GET", f"/v1/requests/{found}")
    mock.equal("a client that keeps the old ones is not understood", found["disposition"]["reason"],
               "envelope-not-decryptable")
    mock.equal("one that asks again is", enroll(server, "again", "--challenge", "secret").returncode, 0)
    server.made("POST", path + "/rollover", {"step": "offer"})
    next_ca = mock.get(server.scep + "?operation=GetNextCACert")
    mock.equal("the next CA is offered", next_ca[1]["Content-Type"], "application/x-x509-next-ca-cert")
    found = server.made("POST", path + "/rollover", {"step": "switch"})
    mock.equal("and takes over", found["generation"], "next")
    mock.equal("once", server.call("POST", path + "/rollover", {"step": "switch"})[0], 409)
    server.made("PATCH", SITE + "/settings", {"settings": {"challenge": "secret"}})
    mock.equal("it issues", enroll(server, "after", "--challenge", "secret").returncode, 0)


with mock.Server("--quiet") as server:
    challenges(server)
    transactions(server)
    certificates(server)
    ca(server)
mock.finish()
