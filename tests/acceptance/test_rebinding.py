"""A name that is public when somebody looks and private a moment later, by a real name server in a network apart."""

import json
import subprocess
import sys
from pathlib import Path

from config import ROOT

SCRIPT = """
set -e
ip link set lo up
ip address add 93.184.216.34/32 dev lo
mount --bind "$1" /etc/resolv.conf
mount --bind "$2" /etc/nsswitch.conf
exec "$3" -m tests.acceptance.rebinding
"""


def test_nobody_inside_is_reached_by_a_name_that_turns(tmp_path: Path) -> None:
    resolver, order = tmp_path / "resolv.conf", tmp_path / "nsswitch.conf"
    resolver.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    order.write_text("hosts: dns\n")
    command = ["unshare", "-rmn", "sh", "-c", SCRIPT, "sh", str(resolver), str(order), sys.executable]

    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found["inside"] == []
    assert found["said"] == {
        "fetch turning": ["200", "address"],
        "fetch both": ["connect", "connect"],
        "fetch metadata": ["address", "address"],
        "form turning": ["200", "address"],
        "form both": ["connect", "connect"],
        "form metadata": ["address", "address"],
        "session turning": ["200", "address"],
        "session both": ["connect", "connect"],
        "session metadata": ["address", "address"],
        "webhook turning": ["plain", "plain"],  # its handle remembers the first address for a minute
        "webhook both": ["plain", "plain"],
        "webhook metadata": ["address", "address"],
    }
    assert found["outside"] == 3
