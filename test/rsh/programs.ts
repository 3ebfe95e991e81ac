/** The real servers, and where scripts/peers.sh puts them. */
export const programs = [
  { name: 'rsh-redone', path: '/usr/sbin/in.rshd', form: 'text', passesSignals: false, knowsLinkLocal: true },
  {
    name: 'netkit',
    path: '/opt/sockctl-netkit/usr/sbin/in.rshd',
    form: 'line',
    passesSignals: true,
    knowsLinkLocal: false,
  },
] as const
