"""What `mock-ndes enroll` makes of every fault profile that shapes a CertRep or a certificate. TAP.

    python3 tests/integration/careful_client.py BUILD_DIR

A row names what the client must say. A profile that shapes them and has no row fails the test.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "python"))
import mock

MOCK_NDES = os.path.join(os.path.abspath(sys.argv[1]), "mock-ndes")

# What makes a profile one that shapes a CertRep or a certificate, beside the actions at these stages.
STAGES = ("ca", "reply_plan")
SETTINGS = ("reply", "reply_digest", "reply_cipher", "ca_signature", "ca_generation",
            "permitted_subjects", "minimum_key_size")
SIGHTS = ("defect", "content", "embedded_certificates", "key_transport", "fail_info")

PLAIN = ("--challenge", "secret")


def enrols(*warnings, options=PLAIN):
    """It enrols, and warns in these words and no others."""
    return {"exit": 0, "result": "enrolled", "warnings": warnings, "options": options}


def fails(*words, options=PLAIN):
    """It does not believe the answer, and says so in these words."""
    return {"exit": 1, "result": "failed", "words": words, "options": options}


def refused(*words, options=PLAIN):
    """It believes the answer, which is a FAILURE, and says why in these words."""
    return {"exit": 1, "result": "refused", "words": words, "options": options}


def pending(*words):
    """It gives up asking."""
    return {"exit": 1, "result": "pending", "words": words, "options": PLAIN}


UNKNOWN_SIGNER = fails("CertRep (RFC 8894 3.2.1)", "signed by a certificate that is not among them")
SINGLE_DES = "the CertRep is encrypted with DES-CBC, which RFC 8894 2.9 forbids"
PAGE = ("--challenge-from", "{admin}")

ROWS = {
    # the CertRep's signed attributes
    "reply-transaction-id-wrong": fails("RFC 8894 3.2.1.1, transactionID", "another-transaction"),
    "reply-transaction-id-missing": fails("transactionID (RFC 8894 3.2.1): none"),
    "reply-recipient-nonce-wrong": fails("RFC 8894 3.2.1.5, recipientNonce", "expected"),
    "reply-recipient-nonce-missing": fails("RFC 8894 3.2.1.5, recipientNonce): none"),
    "reply-sender-nonce-missing": enrols(),  # the RFC dropped it
    "reply-message-type-wrong": fails("RFC 8894 3.2.1.2, messageType", "PKCSReq (19)"),
    "reply-message-type-missing": fails("messageType (RFC 8894 3.2.1): none"),
    "reply-pki-status-unknown": fails("RFC 8894 3.2.1.3, pkiStatus): 7"),
    "reply-pki-status-missing": fails("pkiStatus (RFC 8894 3.2.1): none"),
    "reply-fail-info-unknown": dict(refused("FAILURE (2), unknown (9)"), warnings=(
        "failInfo 9, which RFC 8894 3.2.1.4 does not know",)),
    "reply-fail-info-missing": dict(refused("FAILURE (2), 0x80094811"), warnings=(
        "FAILURE without failInfo (RFC 8894 3.2.1.4)",)),
    # its signature
    "reply-signature-corrupt": fails("signature: it does not fit"),
    "reply-signer-unknown": UNKNOWN_SIGNER,
    "reply-signed-by-expired-ra": UNKNOWN_SIGNER,
    "reply-signed-by-ca": enrols("signed with the issuing CA certificate, although GetCACert has one"),
    "reply-digest-md5": fails("SignerInfo digestAlgorithm (RFC 8894 2.9): MD5"),
    "reply-digest-not-announced": enrols("signed with SHA-384, which GetCACaps does not name"),
    # its encoding
    "reply-trailing-bytes": fails("4 bytes too many"),
    "reply-truncated-der": fails("a length beyond the data"),
    "reply-indefinite-length": enrols(),  # BER is right (RFC 5652 1)
    "content-type-missing": fails("RFC 8894 4.2.1", "content type \"\""),
    "content-type-wrong": fails("RFC 8894 4.2.1", "content type \"text/html\""),
    "content-type-with-parameter": enrols(),
    "html-with-status-200": fails("content type \"text/html\""),
    "empty-200": fails("SignedData (at byte 0): the end"),
    "certrep-not-cms": fails("SignedData (at byte 0): tag 0x52; expected SEQUENCE"),
    # its envelope and content
    "reply-cipher-single-des": enrols(SINGLE_DES),
    "reply-in-single-des": enrols(SINGLE_DES),
    "reply-cipher-never-announced": enrols("encrypted with AES-192-CBC, which GetCACaps does not name"),
    "reply-encrypted-to-another-key": fails("encryptedKey (RFC 5652 6.2.1)", "does not open"),
    "reply-recipient-unknown": fails("EnvelopedData (RFC 8894 3.2.2): addressed to issuer"),
    "reply-without-recipient": fails("EnvelopedData (RFC 8894 3.2.2): addressed to nobody"),
    "success-without-content": fails("CertRep (RFC 8894 3.3.2.1): no content"),
    "success-without-certificate": fails("issued certificate (RFC 8894 3.4): none in the reply"),
    # healthy, and hard on some
    "nothing-broken": refused("0x80070490", options=("--challenge", "0123456789ABCDEF")),
    "reply-key-transport-oaep": enrols(),
    "reply-without-certificates": enrols(),
    "failure-with-one-zero-byte": refused(
        "FAILURE (2), badMessageCheck (1), 0x80070490", options=("--challenge", "0123456789ABCDEF")),
    "admin-page-in-utf-16": enrols(options=PAGE),
    "admin-page-with-byte-order-mark": enrols(options=PAGE),
    # the certificate and its chain
    "certificate-already-expired": fails("RFC 5280 4.1.2.5, validity"),
    "certificate-not-yet-valid": fails("RFC 5280 4.1.2.5, validity"),
    "certificate-valid-for-a-second": enrols("the issued certificate expires in"),
    "certificate-for-another-key": fails("issued certificate (RFC 8894 3.3.2.1): 2 for other keys"),
    "certificate-for-another-subject": enrols("the CA changed the subject: \"CN=device\" was asked"),
    "certificate-key-usage-wrong": enrols("the CA changed the key usage"),
    "certificate-serial-reused": dict(enrols(), then=fails(
        "RFC 5280 4.1.2.2, serialNumber", "which the renewed certificate has",
        options=("--renew", "out"))),
    "certificate-chain-of-another-ca": enrols(
        "of somebody else\" too, which is no CA of GetCACert"),
    "certificate-with-foreign-chain": enrols("-MSCEP-RA\" too, which is no CA of GetCACert"),
    "certificate-chain-reversed": enrols("the issued certificate is number 2 of the 2 in the reply"),
    "certificate-not-first": enrols("the issued certificate is number 2 of the 2 in the reply"),
    "certificate-without-chain": enrols(),  # GetCACert has it
    # the CA
    "ca-signature-sha1": enrols("the issued certificate is signed with SHA-1"),
    "ca-signature-pss": fails("GetCACert (RFC 8894 4.2.1.2)"),
    "ca-certificate-stale": fails("RFC 5280 6.1, signature", "no CA of GetCACert"),
    "ca-thumbprint-of-previous-ca": dict(enrols(), then=fails(
        "GetCACert (RFC 8894 2.2)", options=(*PLAIN, "--ca-fingerprint", "{fingerprint}"))),
    "ca-rollover-in-transaction": UNKNOWN_SIGNER,
    "ra-certificates-expired-but-served": fails("GetCACert (RFC 5280 4.1.2.5): the RA signing"),
    "ra-certificates-of-previous-ca": fails("GetCACert (RFC 8894 4.2.1.2): the RA signing"),
    "monday-morning": None,  # its rules are drawn
    # what the CA and the challenge refuse
    "approval-pending-for-ever": pending("PENDING, also after 2 polls"),
    "pending-then-refused": refused("0x80094014"),
    "ca-service-stopped": refused("0x800706BA"),
    "template-minimum-key-size": refused("0x80094811"),
    "template-display-name-in-registry": refused("0x80094800"),
    "template-not-offered": refused("0x80094800"),
    "subject-not-permitted": refused("badRequest (2), 0x800B0114"),
    "ec-key-in-request": fails("an empty body", options=(*PLAIN, "--key-curve", "P-256")),
    "request-without-subject": None,  # enroll takes no empty subject
    "renewal-for-another-subject": dict(enrols(), then=refused(
        "0x80094001", options=("--renew", "out", "--subject", "CN=other"))),
    "renewal-refused-by-standalone-ca": dict(enrols(), then=refused(
        "0x80092013", options=("--renew", "out"))),
    "renewal-revocation-offline": dict(enrols(), then=refused(
        "0x80092013", options=("--renew", "out"))),
    "renewal-with-certificate-of-another-ca": refused("0x800B0109", options=(
        "--renew", "{foreign}", "--message-type", "renewalreq")),
    "thumbprint-in-capitals": refused("FAILURE (2), badMessageCheck (1)"),
    "thumbprint-with-blanks": refused("FAILURE (2), badMessageCheck (1)"),
    "verifyrequest-403-16": refused("FAILURE (2), badMessageCheck (1)"),
    "verifyrequest-500-temp-folder": refused("FAILURE (2), badMessageCheck (1)"),
    "verifyrequest-no-client-authentication": refused("FAILURE (2), badMessageCheck (1)"),
    "verifyrequest-server-name-wrong": refused("FAILURE (2), badMessageCheck (1)"),
    "connector-signing-certificate-missing": refused("FAILURE (2), badMessageCheck (1)"),
    "challenge-used-before": dict(
        enrols(options=("--challenge", "{password}")),
        then=refused("0x800B0110", options=("--challenge", "{password}"))),
    "password-lost-by-iisreset": refused("0x80070490", options=PAGE),
    "password-of-another-server": refused("0x80070490", options=PAGE),
    "challenge-absent": refused("0x80096004", options=()),
    "challenge-malformed": refused("badRequest (2), 0x80070057", options=("--challenge", "ggg")),
    "challenge-unknown": refused("0x80070490", options=("--challenge", "0123456789ABCDEF")),
}


def read_stages():
    """Returns the stage behind which each action strikes."""
    text = subprocess.run([MOCK_NDES, "help", "actions"], capture_output=True, text=True,
                          check=True).stdout
    return dict(re.findall(r"^  (\w+), behind the stage (\w+)$", text, re.MULTILINE))


def actions_of(profile):
    for rule in profile.get("rules", []):
        done = rule["do"] if isinstance(rule["do"], list) else [rule["do"]]
        for action in done:
            yield from action
            yield from action.get("settings", {}) if isinstance(action.get("settings"), dict) else ()


def shapes(profile, stages):
    """Whether a profile shapes a CertRep or a certificate."""
    return (any(stages.get(action) in STAGES or action in SETTINGS for action in actions_of(profile))
            or any(setting in SETTINGS for setting in profile.get("settings", {}))
            or any(sight in SIGHTS for step in profile["expect"] for sight in step["sees"]))


def enroll(row, url, places, directory, out):
    """Runs the client; returns what does not fit the row."""
    options = [option.format_map(places) for option in row["options"]]
    if "--renew" not in options:
        options += ["--subject", "CN=device"]
    if "--key-curve" not in options:
        options += ["--key", places["key"]]
    done = subprocess.run(
        [MOCK_NDES, "enroll", url, *options, "--out", out, "--json", "--poll-max", "2",
         "--poll-interval", "0", "--timeout", "10s"],
        cwd=directory, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60)
    try:
        told = json.loads(done.stdout)
    except ValueError:
        return [f"no JSON: exit {done.returncode}: {done.stdout}{done.stderr}"]
    wrong = []
    if done.returncode != row["exit"] or told["result"] != row["result"]:
        wrong.append(f"exit {done.returncode}, {told['result']}; wanted {row['exit']}, {row['result']}")
    for words in row.get("words", ()):
        if words not in done.stderr + json.dumps(told, ensure_ascii=False):
            wrong.append(f"does not say: {words}")
    warnings = told.get("warnings", [])
    for words in row.get("warnings", ()):
        if not any(words in warning for warning in warnings):
            wrong.append(f"does not warn: {words}")
    for warning in warnings:
        if "warnings" in row and not any(words in warning for words in row["warnings"]):
            wrong.append(f"warns: {warning}")
    return [f"{words}\n{done.stdout}{done.stderr}" for words in wrong]


class Places(dict):
    """What options may name; a password is fetched from the admin page when it is named first."""

    def __missing__(self, name):
        if name != "password":
            raise KeyError(name)
        with urllib.request.urlopen(self["admin"], timeout=30) as answer:
            page = answer.read().decode("utf-16-le")
        self[name] = re.search(r"challenge password is: <B> (\w+) ", page)[1]
        return self[name]


def play(name, base, places):
    site = f"{base}/fault/{name}/certsrv"
    places = Places(places, admin=f"{site}/mscep_admin/")
    wrong, row = [], ROWS[name]
    with tempfile.TemporaryDirectory() as directory:
        for step in (row, row.get("then")):
            if step:
                out = "out" if step is row else "again"
                wrong += enroll(step, f"{site}/mscep/mscep.dll", places, directory, out)
    return wrong


def openssl(directory, *arguments):
    return subprocess.run(["openssl", *arguments], cwd=directory, capture_output=True, text=True,
                          check=True).stdout


def prepare(directory, base):
    """Makes a key for all, the default site's fingerprint, and a certificate of another CA."""
    openssl(directory, "genrsa", "-out", "key.pem", "2048")
    openssl(directory, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out",
            "ca.pem", "-subj", "/CN=CA of somebody else", "-days", "3")
    foreign = os.path.join(directory, "foreign")
    os.mkdir(foreign)
    openssl(foreign, "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out",
            "request.pem", "-subj", "/CN=device")
    openssl(foreign, "x509", "-req", "-in", "request.pem", "-CA", "../ca.pem", "-CAkey", "../ca.key",
            "-set_serial", "7", "-days", "3", "-out", "certificate.pem")
    subprocess.run([MOCK_NDES, "enroll", f"{base}/certsrv/mscep/mscep.dll", *PLAIN, "--subject",
                    "CN=device", "--key", "key.pem", "--out", "out", "--quiet"], cwd=directory,
                   check=True)
    fingerprint = openssl(directory, "x509", "-in", "out/ca.pem", "-noout", "-fingerprint", "-sha256")
    return {"key": os.path.join(directory, "key.pem"), "foreign": foreign,
            "fingerprint": fingerprint.strip().split("=")[1].replace(":", "").lower()}


def main():
    profiles = json.loads(subprocess.run([MOCK_NDES, "faults", "--json"], capture_output=True,
                                         text=True, check=True).stdout)
    stages = read_stages()
    assert "ca" in stages.values() and "reply_plan" in stages.values(), stages
    names = {profile["name"] for profile in profiles}
    points = [(f"{name} is a profile", [] if name in names else ["there is none"]) for name in ROWS
              if name not in names]
    points += [(f"{profile['name']} has a row", ["it shapes a CertRep or a certificate: say in ROWS "
                                                 "what the client must make of it"])
               for profile in profiles if shapes(profile, stages) and profile["name"] not in ROWS]
    with mock.Server("--quiet", "--seed", "1", *PLAIN, "--max-sites", str(len(ROWS) + 2)) as server:
        places = prepare(server.directory, server.scep.split("/certsrv")[0])
        points += [(name, play(name, server.scep.split("/certsrv")[0], places)) for name in ROWS
                   if ROWS[name] and name in names]
    for name, wrong in points:
        mock.ok(name, not wrong, "\n".join(wrong))
    mock.finish()


main()
