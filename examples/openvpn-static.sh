#!/bin/sh
# A private link between two machines behind NATs: netpunch opens the path, OpenVPN encrypts it with a static key.
# docs/openvpn.md goes through it step by step.
#
#   openvpn --genkey secret openvpn.key                          once; both machines need the same file
#   CONTROL=198.51.100.1:7777 SLOT=a sh openvpn-static.sh        on one machine, as root
#   CONTROL=198.51.100.1:7777 SLOT=b sh openvpn-static.sh        on the other
#
# where `netpunch control -local :7777 -secret-file netpunch.secret` runs on 198.51.100.1. They reach each other as
# 10.77.0.1 (a) and 10.77.0.2 (b).
#
# For links that are that old: whoever gets the key can read all that was ever said, OpenVPN 2.6 warns of it, and 2.8 is to
# give it up. openvpn-tls.sh does better.
set -eu

: "${CONTROL:?expected control, such as 198.51.100.1:7777}"
: "${SLOT:?expected a on one machine, b on the other}"
: "${SESSION:=}"                   # meet in the session of this name; without it, in the slots a and b
: "${SECRET:=netpunch.secret}"     # what control and both peers share
: "${KEY:=openvpn.key}"            # what both OpenVPNs share
: "${PORT:=1194}"                  # local UDP port
: "${DEVICE:=tun}"                 # tun: the next free one
: "${SILENCE:=40}"                 # seconds without a word from the other side until the link is made anew
: "${OPTIONS:=}"                   # more for OpenVPN: --verb 4

case $SLOT in
a) here=10.77.0.1 there=10.77.0.2 ;;
b) here=10.77.0.2 there=10.77.0.1 ;;
*) echo "SLOT: expected a or b, got $SLOT" >&2 && exit 2 ;;
esac

# OpenVPN 2.7 has to be told that we mean it; 2.6 does not know these words.
mean_it='--ignore-unknown-option allow-deprecated-insecure-static-crypto --allow-deprecated-insecure-static-crypto'

if [ -n "$SESSION" ]; then set -- -session "$SESSION"; else set -- -peer "$SLOT"; fi

# OpenVPN ends when the other side has left or is silent (SIGUSR1 would only restart it, with the old address); then
# -retry makes the next hole.
exec netpunch peer "$@" -remote "$CONTROL" -local ":$PORT" -secret-file "$SECRET" -retry \
  -command openvpn \
  -fields '--remote {{.RemoteIP}} {{.RemotePort}} --lport {{.LocalPort}} --proto udp' \
  -fields "--dev $DEVICE --dev-type tun --ifconfig $here $there" \
  -raw --secret -raw "$KEY" -fields "--auth SHA256 --cipher AES-256-CBC $mean_it" \
  -fields "--ping $((SILENCE / 4)) --ping-exit $SILENCE --explicit-exit-notify 1 --remap-usr1 SIGTERM $OPTIONS"
