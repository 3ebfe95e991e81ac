/** Where scripts/peers.sh unpacks the packages that it does not install. */
export const unpacked = '/opt/sockctl-peers'
