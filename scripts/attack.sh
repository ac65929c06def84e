#!/usr/bin/env bash
# Lets wapiti and sqlmap loose on a demo portal of its own (docs/testing.md).
#
#   scripts/attack.sh
#   scripts/attack.sh --only sqlmap --match /search
#   scripts/attack.sh --base-url http://127.0.0.1:8000    a demo that runs and that nobody needs any more
#
# Both come from the Python index, once, into instance/attack: each into packages of its own, so that the project's stay.
set -euo pipefail
cd "$(dirname "$0")/.."
tools=instance/attack

scripts/setup.sh --test
for pin in wapiti3==3.2.3 sqlmap==1.10.10; do
    name=${pin%%==*}
    name=${name%3}
    if [ "$(cat "$tools/$name/installed" 2>/dev/null)" != "$pin" ]; then
        .venv/bin/python -m venv --clear "$tools/$name"
        "$tools/$name/bin/python" -m pip install --quiet --disable-pip-version-check --no-input "$pin"
        echo "$pin" > "$tools/$name/installed"
    fi
done
exec .venv/bin/python -m dev.attack "$@"
