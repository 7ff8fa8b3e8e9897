#!/usr/bin/env bash
# suricata.sh install            unpacks Debian's Suricata below the folder of engines; nothing is installed system-wide
# suricata.sh path               prints the program, or fails when it is not there
# suricata.sh run PCAP OUT RULES runs it over a capture: OUT/eve.json
# An installed suricata is used as it is. Debian has it in the release's backports, read from the machine's own apt sources.
set -euo pipefail
engines=${VEDETTE_ENGINES:-$HOME/.cache/vedette-engines}
home=$engines/suricata

program() {
  if command -v suricata >/dev/null 2>&1; then command -v suricata
  elif [ -x "$home/usr/bin/suricata" ]; then echo "$home/usr/bin/suricata"
  else return 1; fi
}

install() {
  program >/dev/null && return
  . /etc/os-release
  local mirror apt key options
  mirror=$({ sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/*.sources; sed -n 's/^deb \(\[[^]]*\] \)\?\([^ ]*\) .*/\2/p' /etc/apt/sources.list; } 2>/dev/null | grep -v security | head -n 1 || true)
  [ -n "$mirror" ] || { echo "no Debian mirror among the apt sources" >&2; return 1; }
  apt=$(mktemp -d)
  trap 'rm -rf "$apt"' RETURN
  mkdir -p "$apt"/lists/partial "$apt"/cache/archives/partial "$apt"/debs "$home"
  key='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
  printf 'deb %s %s %s main\n' "$key" "$mirror" "$VERSION_CODENAME" "$key" "$mirror" "$VERSION_CODENAME-backports" >"$apt/sources.list"
  options=(-o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root)
  apt-get "${options[@]}" -qq update
  (
    cd "$apt/debs"
    # shellcheck disable=SC2046
    apt-get "${options[@]}" -qq download $(apt-get "${options[@]}" install -s -t "$VERSION_CODENAME-backports" --no-install-recommends suricata |
      awk '/^Inst/{v=$3; gsub(/[()]/,"",v); print $2"="v}')
    for package in *.deb; do dpkg -x "$package" "$home"; done
  )
}

run() {
  local suricata base etc
  suricata=$(program)
  base=${suricata%/usr/bin/suricata}
  etc=$base/etc/suricata
  mkdir -p "$2"
  if [ -n "$base" ]; then
    local libraries=$base/usr/lib/$(uname -m)-linux-gnu
    export LD_LIBRARY_PATH=$libraries:$(echo "$libraries"/dpdk/pmds-* | tr ' ' ':')
  fi
  "$suricata" -c "$etc/suricata.yaml" -k none --runmode single -r "$1" -l "$2" -S "$3" \
    --set "classification-file=$etc/classification.config" --set "reference-config-file=$etc/reference.config" \
    --set "threshold-file=$etc/threshold.config" --set unix-command.enabled=no
}

case ${1:-} in
  install) install ;;
  path) program ;;
  run) run "$2" "$3" "$4" ;;
  *) sed -n '2,5p' "$0" >&2; exit 2 ;;
esac
