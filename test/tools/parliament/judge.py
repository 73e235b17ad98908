"""Judges IAM policies: reads {"name": policy, …} from standard input, prints {"name": [finding, …], …}."""
import json
import sys
import warnings

warnings.filterwarnings("ignore")  # Of pkg_resources, which parliament still imports.
from parliament import analyze_policy_string, enhance_finding  # noqa: E402

found = {}
for name, policy in json.load(sys.stdin).items():
    findings = map(enhance_finding, analyze_policy_string(json.dumps(policy)).findings)
    found[name] = [f"{each.severity} {each.issue}: {each.title} {each.detail}" for each in findings]
json.dump(found, sys.stdout)
