#!/bin/sh
# A private link between two machines behind NATs: netpunch opens the path, OpenVPN encrypts it. Each machine has a key of
# its own and knows the other one by the fingerprint of its certificate; nobody else has to vouch for anybody.
# docs/openvpn.md goes through it step by step.
#
#   sh openvpn-tls.sh fingerprint                                         on both, first: prints our fingerprint
#   CONTROL=198.51.100.1:7777 SLOT=a PEER=AA:BB:... sh openvpn-tls.sh     on one machine, as root
#   CONTROL=198.51.100.1:7777 SLOT=b PEER=CC:DD:... sh openvpn-tls.sh     on the other
#
# where `netpunch control -local :7777 -secret-file netpunch.secret` runs on 198.51.100.1. PEER is the fingerprint that the
# other machine has printed. They reach each other as 10.77.0.1 (a) and 10.77.0.2 (b).
set -eu

: "${KEY:=openvpn.key}"            # our private key
: "${CERTIFICATE:=openvpn.crt}"    # the certificate of it

if [ "${1-}" = fingerprint ]; then
  [ -f "$KEY" ] || openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -noenc -days 3650 \
    -subj /CN=netpunch -keyout "$KEY" -out "$CERTIFICATE" 2>/dev/null
  openssl x509 -in "$CERTIFICATE" -noout -fingerprint -sha256 | cut -d= -f2
  exit
fi

: "${CONTROL:?expected control, such as 198.51.100.1:7777}"
: "${SLOT:?expected a on one machine, b on the other}"
: "${PEER:?expected the fingerprint of the other machine}"
: "${SESSION:=}"                   # meet in the session of this name; without it, in the slots a and b
: "${SECRET:=netpunch.secret}"     # what control and both peers share
: "${PORT:=1194}"                  # local UDP port
: "${DEVICE:=tun}"                 # tun: the next free one
: "${SILENCE:=40}"                 # seconds without a word from the other side until the link is made anew
: "${OPTIONS:=}"                   # more for OpenVPN: --verb 4

case $SLOT in
a) here=10.77.0.1 there=10.77.0.2 role='--tls-server --dh none' ;;
b) here=10.77.0.2 there=10.77.0.1 role=--tls-client ;;
*) echo "SLOT: expected a or b, got $SLOT" >&2 && exit 2 ;;
esac

if [ -n "$SESSION" ]; then set -- -session "$SESSION"; else set -- -peer "$SLOT"; fi

# OpenVPN ends when the other side has left or is silent (SIGUSR1 would only restart it, with the old address); then
# -retry makes the next hole.
exec netpunch peer "$@" -remote "$CONTROL" -local ":$PORT" -secret-file "$SECRET" -retry \
  -command openvpn \
  -fields '--remote {{.RemoteIP}} {{.RemotePort}} --lport {{.LocalPort}} --proto udp' \
  -fields "--dev $DEVICE --dev-type tun --ifconfig $here $there" \
  -fields "$role --peer-fingerprint $PEER" -raw --key -raw "$KEY" -raw --cert -raw "$CERTIFICATE" \
  -fields "--ping $((SILENCE / 4)) --ping-exit $SILENCE --explicit-exit-notify 1 --remap-usr1 SIGTERM $OPTIONS"
