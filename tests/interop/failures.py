"""How clients report failures: runs each against a dozen fault profiles and prints the table of
fault-profiles/CLIENTS.md.

    python3 tests/interop/failures.py BUILD_DIR > fault-profiles/CLIENTS.md

Words are the last ones that a client says before it ends; addresses and ports are taken out.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

BUILD = os.path.abspath(sys.argv[1])
MOCK_NDES = os.path.join(BUILD, "mock-ndes")
SCEP_SUBMIT = "/usr/lib/certmonger/scep-submit"
PATIENCE = 12  # seconds
PROFILES = [
    "impersonation-right-missing", "app-pool-stopped", "crash-policy-certificate-expired",
    "proxy-connector-stopped", "url-longer-than-max-field-length", "ra-certificates-expired",
    "ra-certificates-expired-but-served", "connection-reset-at-once", "body-truncated",
    "empty-200", "html-with-status-200", "content-type-missing", "template-minimum-key-size",
    "challenge-malformed", "approval-pending-for-ever", "reply-transaction-id-wrong",
    "reply-recipient-nonce-wrong", "reply-signature-corrupt", "reply-encrypted-to-another-key",
    "certificate-for-another-key", "reply-indefinite-length", "reply-key-transport-oaep",
    "reply-without-certificates", "failure-with-one-zero-byte", "certrep-not-cms",
    "capabilities-not-text", "ca-certificate-stale", "certificate-valid-for-a-second",
]


def run(command, directory):
    """Returns how a command ended and what it said last."""
    try:
        done = subprocess.run(command, cwd=directory, capture_output=True, timeout=PATIENCE,
                              stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return "goes on waiting", ""
    text = (done.stderr + b"\n" + done.stdout).decode("utf-8", "replace")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return f"exit {done.returncode}", lines


def clean(words):
    words = re.sub(r"127\.0\.0\.1:\d+", "HOST", words)
    words = re.sub(r"^\S*time=\S+ |^level=info ts=\S+ |ts=\S+ |caller=\S+ ", "", words)
    words = re.sub(r"[^\x20-\x7e]", "", words)
    return words[:200].replace("|", "\\|").replace("<", "&lt;")


def pick(lines, *marks):
    lines = [line for line in lines if "tpm" not in line.lower()]
    for line in reversed(lines):
        if any(mark in line.lower() for mark in marks):
            return line
    return lines[-1] if lines else ""


def ours(url, directory):
    end, lines = run([MOCK_NDES, "enroll", url, "--challenge", "secret", "--subject", "CN=device",
                      "--out", "out", "--quiet", "--timeout", "5s"], directory)
    return end, pick(lines, "mock-ndes enroll:") if end != "exit 0" else "enrols"


def scepclient(url, directory):
    end, lines = run(["scepclient", "-server-url", url, "-challenge", "secret", "-cn", "device",
                      "-private-key", "key.pem", "-certificate", "certificate.pem"], directory)
    return end, lines[-1] if end != "exit 0" and lines else "enrols"


def strongswan(url, directory):
    end, lines = run(["pki", "--scepca", "--url", url, "--caout", "ca.der", "--raout", "ra.der"],
                     directory)
    if end != "exit 0":
        return end + " (--scepca)", pick(lines, "fail", "error", "unable", "http")
    roles = {}
    for name in os.listdir(directory):
        if name.startswith("ra"):
            usage = subprocess.run(["openssl", "x509", "-inform", "DER", "-in", name, "-noout",
                                    "-ext", "keyUsage"], cwd=directory, capture_output=True,
                                   text=True).stdout
            roles["enc" if "Encipherment" in usage else "sig"] = name
    subprocess.run(["openssl", "genrsa", "-out", "key.pem", "2048"], cwd=directory,
                   capture_output=True)
    end, lines = run(["pki", "--scep", "--url", url, "--in", "key.pem", "--dn", "CN=device",
                      "--password", "secret", "--cacert-enc", roles.get("enc", "ra.der"),
                      "--cacert-sig", roles.get("sig", "ra.der"), "--cacert", "ca.der",
                      "--cipher", "des3", "--maxpolltime", "3", "--interval", "1"], directory)
    return end, pick(lines, "fail", "error", "unable", "not ", "invalid") if end != "exit 0" \
        else "enrols"


def certmonger(url, directory):
    end, lines = run([SCEP_SUBMIT, "-u", url, "-C"], directory)
    if end == "exit 0" and lines:
        end, lines = run([SCEP_SUBMIT, "-u", url, "-c"], directory)
        return end + " (GetCACert)", "reads the certificates" if end == "exit 0" \
            else (lines[0] if lines else "")
    return end + " (GetCACaps)", lines[0] if lines else "no words"


CLIENTS = [("mock-ndes enroll", ours), ("scepclient", scepclient), ("strongSwan pki", strongswan),
           ("certmonger scep-submit", certmonger)]


def main():
    server = subprocess.Popen([MOCK_NDES, "serve", "--listen", "127.0.0.1:0", "--quiet", "--seed",
                               "1", "--challenge", "secret", "--set",
                               "ca_capabilities_algorithms=SHA-512,SHA-256,SHA-1,AES,DES3"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    base = json.loads(server.stdout.readline())["scep"].split("/certsrv")[0]
    print("# How clients report failures\n\nMade by `python3 tests/interop/failures.py BUILD_DIR`: "
          "each client against a site of its own with the profile.\n"
          "GetCACaps names AES, so that this version of strongSwan goes on. Words are the clients' "
          "own.\n")
    print("| profile | " + " | ".join(name for name, _ in CLIENTS) + " |")
    print("|---" * (len(CLIENTS) + 1) + "|")
    for profile in PROFILES:
        cells = []
        for number, (_, client) in enumerate(CLIENTS):
            url = f"{base}/fault/{profile}@{number}/certsrv/mscep/mscep.dll"
            with tempfile.TemporaryDirectory() as directory:
                end, words = client(url, directory)
            words = clean(words if isinstance(words, str) else " ".join(words))
            cells.append(f"{end}: {words}" if words else end)
        print(f"| {profile} | " + " | ".join(cells) + " |", flush=True)
    server.terminate()
    server.wait(10)


main()
