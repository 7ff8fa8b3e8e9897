#!/usr/bin/env bash
# s3.sh install      builds versitygw (an S3 server over a folder) into the folder of engines; needs Go
# s3.sh path         prints the program, or fails when it is not there
set -euo pipefail
engines=${VEDETTE_ENGINES:-$HOME/.cache/vedette-engines}
version=v1.8.0

program() {
  if command -v versitygw >/dev/null 2>&1; then command -v versitygw
  elif [ -x "$engines/bin/versitygw" ]; then echo "$engines/bin/versitygw"
  else return 1; fi
}

case ${1:-path} in
  install)
    program >/dev/null && exit
    command -v go >/dev/null 2>&1 || { echo "Go is missing: no S3 server is built" >&2; exit 1; }
    GOBIN=$engines/bin GOFLAGS=-trimpath go install "github.com/versity/versitygw/cmd/versitygw@$version" ;;
  path) program ;;
  *) echo "install or path, not $1" >&2; exit 2 ;;
esac
