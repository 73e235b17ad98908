"""moto on a free loopback port: prints its URL as one line, ends when standard input closes."""
import sys

from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from moto.organizations.models import FakeDelegatedAdministrator

# moto's list lacks it; AWS delegates IAM Identity Center.
FakeDelegatedAdministrator.SUPPORTED_SERVICES.append("sso.amazonaws.com")

server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("http://%s:%d" % server.get_host_and_port(), flush=True)
sys.stdin.read()
