#!/bin/sh
# A private link between two machines behind NATs: netpunch opens the path, WireGuard encrypts it.
#
#   wg genkey | tee wireguard.key | wg pubkey                             on both, first: prints our public key
#   CONTROL=198.51.100.1:7777 SLOT=a PEER=... sh wireguard.sh             on one machine, as root
#   CONTROL=198.51.100.1:7777 SLOT=b PEER=... sh wireguard.sh             on the other
#
# where `netpunch control -local :7777 -secret-file netpunch.secret` runs on 198.51.100.1. PEER is the public key that the
# other machine has printed. They reach each other as 10.77.0.1 (a) and 10.77.0.2 (b).
set -eu

: "${CONTROL:?expected control, such as 198.51.100.1:7777}"
: "${SLOT:?expected a on one machine, b on the other}"
: "${PEER:?expected the public key of the other machine}"
: "${SESSION:=}"                   # meet in the session of this name; without it, in the slots a and b
: "${SECRET:=netpunch.secret}"     # what control and both peers share
: "${KEY:=wireguard.key}"          # our private key
: "${PORT:=51820}"                 # local UDP port
: "${DEVICE:=wg-netpunch}"
: "${SILENCE:=40}"                 # seconds without a word from the other side until the link is made anew

case $SLOT in
a) here=10.77.0.1 there=10.77.0.2 ;;
b) here=10.77.0.2 there=10.77.0.1 ;;
*) echo "SLOT: expected a or b, got $SLOT" >&2 && exit 2 ;;
esac

# With arguments: netpunch has made a hole and starts us again, for as long as the link lives.
if [ $# -eq 2 ]; then
  port=$1 remote=$2
  sleeping=
  trap 'kill $sleeping 2>/dev/null || :; ip link delete "$DEVICE"' EXIT
  trap exit TERM INT HUP
  # Without WireGuard in the kernel, the program does the same.
  ip link add "$DEVICE" type wireguard 2>/dev/null || wireguard-go "$DEVICE"
  wg set "$DEVICE" listen-port "$port" private-key "$KEY" \
    peer "$PEER" endpoint "$remote" allowed-ips "$there/32" persistent-keepalive "$((SILENCE / 4))"
  ip address add "$here" peer "$there" dev "$DEVICE"
  ip link set "$DEVICE" up mtu 1420
  echo "link to $there by $remote"
  heard= before=-
  while [ "$heard" != "$before" ]; do
    before=$heard
    # In the background, so that a signal is not kept waiting.
    sleep "$SILENCE" & sleeping=$!
    wait "$sleeping"
    heard=$(wg show "$DEVICE" transfer | cut -f2)
  done
  echo "nothing heard from $there in $SILENCE s"
  exit 1
fi

export CONTROL SLOT PEER SECRET KEY DEVICE SILENCE
if [ -n "$SESSION" ]; then set -- -session "$SESSION"; else set -- -peer "$SLOT"; fi
exec netpunch peer "$@" -remote "$CONTROL" -local ":$PORT" -secret-file "$SECRET" -retry \
  -command sh -raw "$0" -arg '{{.LocalPort}}' -arg '{{.RemoteAddr}}'
