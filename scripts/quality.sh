#!/usr/bin/env bash
# Measures the gates of every page in a real browser: axe, html-validate, the slow phone, sizes (docs/quality.md).
#
#   scripts/quality.sh                              a demo portal of its own
#   BASE_URL=http://127.0.0.1:8000 scripts/quality.sh   a demo that runs
#   scripts/quality.sh --language fr --only cart,checkout
#
# Needs node 20 and npm; axe-core, html-validate and web-vitals come from npm, once, into instance/quality.
set -euo pipefail
cd "$(dirname "$0")/.."
cache=instance/quality

for program in node npm; do
    command -v "$program" >/dev/null || { echo "quality: $program is needed and was not found" >&2; exit 2; }
done
if ! cmp -s dev/quality/package-lock.json "$cache/installed.json"; then
    mkdir -p "$cache"
    cp dev/quality/package.json dev/quality/package-lock.json "$cache/"
    (cd "$cache" && npm ci --silent --no-audit --no-fund)
    cp dev/quality/package-lock.json "$cache/installed.json"
fi
exec .venv/bin/python -m dev.quality "$@"
