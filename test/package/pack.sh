#!/usr/bin/env bash
# `npm pack` gives a tarball that installs and runs in an empty folder.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm pack --silent --pack-destination "$work" >/dev/null
cd "$work"
npm init -y >/dev/null
npm install --no-fund --no-audit --loglevel=error ./vedette-*.tgz
for i in $(seq 1 200); do
  printf '2026-03-01T10:%02d:%02dZ host app[1]: request req-%d started\n2026-03-01T10:%02d:%02dZ host app[1]: request req-%d finished\n' \
    $((i / 60)) $((i % 60)) "$i" $((i / 60)) $((i % 60)) "$i"
done >app_20260301100000.log
npx --no-install vedette --version
npx --no-install vedette parse app_20260301100000.log --out parsed
test -s parsed/app_20260301100000.log_structured.csv
npx --no-install vedette analyze app_20260301100000.log --home home --out reports -o json >result.json
node -e "const r = JSON.parse(require('fs').readFileSync('result.json', 'utf8')); if (!Array.isArray(r.alerts) || r.reports.length === 0) process.exit(1)"
for i in 1 2 3 4 5 6; do
  printf '2026-03-01T11:00:%02dZ host sshd[7]: Failed password for root from 192.0.2.9 port 4%d ssh2\n' "$i" "$i"
done >auth.log
npx --no-install vedette analyze auth.log --home home --out reports -o json >auth.json
node -e "const r = JSON.parse(require('fs').readFileSync('auth.json', 'utf8')); if (!r.alerts.some((a) => a.detector === 'sigma')) process.exit(1)"
echo "package: installs and runs in an empty folder"
