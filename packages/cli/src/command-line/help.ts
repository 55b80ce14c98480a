import type { Form } from "./options.js";
import { FIELDS } from "./template.js";

/** How each form is called; the first line follows the word "Usage:". */
export const USAGE: Readonly<Record<Form, string>> = {
  plain: `netpunch -local ADDRESS -secret TEXT                                  control
       netpunch -session NAME -remote ADDRESS -local ADDRESS -secret TEXT    peer
       netpunch -peer SLOT -remote ADDRESS -local ADDRESS -secret TEXT       peer, by slot
       netpunch control|peer|keygen|demo|completion|help ...`,
  control: "netpunch control -local ADDRESS -secret TEXT [flags]",
  peer: `netpunch peer -session NAME -remote ADDRESS -local ADDRESS -secret TEXT [flags]
       netpunch peer SLOT -remote ADDRESS -local ADDRESS -secret TEXT [flags]`,
  keygen: `netpunch keygen [-output FILE]
       netpunch keygen -control -secret-file FILE [-output FILE]`,
  demo: "netpunch demo [flags]",
  completion: "netpunch completion bash|zsh|fish",
};

const TEMPLATE_HELP = `
Templates know these fields, and Go's trim markers ({{- .RemoteIP -}}):
  ${FIELDS.slice(0, 3)
    .map((field) => `{{.${field}}}`)
    .join(" ")}
  ${FIELDS.slice(3)
    .map((field) => `{{.${field}}}`)
    .join(" ")}
By default the result is printed as
  LADDR/LHOST/LPORT/RADDR/RHOST/RPORT: :5000 n/a 5000 203.0.113.2:5000 203.0.113.2 5000
`;

const EXIT_CODES = `
Exit codes:
  0     the hole is ready; or a signal has stopped control
  1     an error; or a signal has stopped a peer that had no hole yet
  129   SIGHUP: the terminal is gone; without one (nohup, systemd) SIGHUP is ignored
  2     a flag that does not exist or has no value
  126   the program of -command cannot be started; 127: it is not there any more
  else  the program's own; 128 + n where signal n ended it
`;

/** What stands under the list of flags. */
export const MORE_HELP: Readonly<Record<Form, string>> = {
  plain: `
Flags take one dash or two, and "-flag value" or "-flag=value".

Examples:
  A secret, for all three machines:
    netpunch keygen -output key
  Control, on a machine that everybody can reach (198.51.100.1, say):
    netpunch -local :7777 -secret-file key
  The first peer, anywhere:
    netpunch -session home -remote 198.51.100.1:7777 -local :5000 -secret-file key
  The second peer, anywhere else, with a VPN that takes the hole over:
    netpunch -session home -remote 198.51.100.1:7777 -local :5000 -secret-file key \\
      -command openvpn -raw --config -raw vpn.conf \\
      -fields '--remote {{.RemoteIP}} {{.RemotePort}} --lport {{.LocalPort}}'
  A peer that meets one of the original netpunch:
    netpunch -peer a -remote 198.51.100.1:7777 -local :5000 -secret-file key
  All three on this machine, to see it work:
    netpunch demo
${TEMPLATE_HELP}${EXIT_CODES}`,
  control: `
Examples:
  netpunch control -local :7777 -secret-file key -stats=10m
  netpunch control -local :7777 -secret-file control.key -quiet

The secret may be a control key (netpunch keygen -control), which makes nobody a peer;
control then speaks protocol v2 only.
`,
  peer: `
Examples:
  netpunch peer -session home -remote 198.51.100.1:7777 -local :5000 -secret-file key
  netpunch peer -session home -remote 198.51.100.1:7777 -local :5000 -secret-file key \\
    -retry -command openvpn -raw --config -raw vpn.conf \\
    -fields '--remote {{.RemoteIP}} {{.RemotePort}} --lport {{.LocalPort}}'
${TEMPLATE_HELP}${EXIT_CODES}`,
  keygen: `
Examples:
  netpunch keygen -output key
  netpunch keygen -control -secret-file key -output control.key
`,
  demo: "",
  completion: `
Examples:
  source <(netpunch completion bash)
  source <(netpunch completion zsh)
  netpunch completion fish | source
`,
};
