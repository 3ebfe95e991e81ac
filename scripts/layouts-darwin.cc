// The places that lib/options takes from the structures of macOS; scripts/numbers.mjs compiles this.
#include <cstddef>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/types.h>
#include <sys/socket.h>
#include <sys/ucred.h>

// lib/options/connectioninfo.ts
static_assert(sizeof(tcp_connection_info) == 112, "");
static_assert(offsetof(tcp_connection_info, tcpi_state) == 0, "");
static_assert(offsetof(tcp_connection_info, tcpi_snd_wscale) == 1, "");
static_assert(offsetof(tcp_connection_info, tcpi_rcv_wscale) == 2, "");
static_assert(offsetof(tcp_connection_info, tcpi_options) == 4, "");
static_assert(offsetof(tcp_connection_info, tcpi_flags) == 8, "");
static_assert(offsetof(tcp_connection_info, tcpi_rto) == 12, "");
static_assert(offsetof(tcp_connection_info, tcpi_maxseg) == 16, "");
static_assert(offsetof(tcp_connection_info, tcpi_snd_ssthresh) == 20, "");
static_assert(offsetof(tcp_connection_info, tcpi_snd_cwnd) == 24, "");
static_assert(offsetof(tcp_connection_info, tcpi_snd_wnd) == 28, "");
static_assert(offsetof(tcp_connection_info, tcpi_snd_sbbytes) == 32, "");
static_assert(offsetof(tcp_connection_info, tcpi_rcv_wnd) == 36, "");
static_assert(offsetof(tcp_connection_info, tcpi_rttcur) == 40, "");
static_assert(offsetof(tcp_connection_info, tcpi_srtt) == 44, "");
static_assert(offsetof(tcp_connection_info, tcpi_rttvar) == 48, "");
static_assert(offsetof(tcp_connection_info, tcpi_txpackets) == 56, "");
static_assert(offsetof(tcp_connection_info, tcpi_txbytes) == 64, "");
static_assert(offsetof(tcp_connection_info, tcpi_txretransmitbytes) == 72, "");
static_assert(offsetof(tcp_connection_info, tcpi_rxpackets) == 80, "");
static_assert(offsetof(tcp_connection_info, tcpi_rxbytes) == 88, "");
static_assert(offsetof(tcp_connection_info, tcpi_rxoutoforderbytes) == 96, "");
static_assert(offsetof(tcp_connection_info, tcpi_txretransmitpackets) == 104, "");
static_assert(TCPCI_FLAG_LOSSRECOVERY == 1, "");
static_assert(TCPCI_FLAG_REORDERING_DETECTED == 2, "");

// lib/options/xucred.ts
static_assert(sizeof(xucred) == 76, "");
static_assert(offsetof(xucred, cr_uid) == 4, "");
static_assert(offsetof(xucred, cr_ngroups) == 8, "");
static_assert(offsetof(xucred, cr_groups) == 12, "");
static_assert(sizeof(xucred::cr_ngroups) == 2, "");
static_assert(NGROUPS == 16, "");

// lib/options/nexthop.ts
static_assert(sizeof(sockaddr_in6) == 28, "");
static_assert(offsetof(sockaddr_in6, sin6_len) == 0, "");
static_assert(offsetof(sockaddr_in6, sin6_family) == 1, "");
static_assert(offsetof(sockaddr_in6, sin6_addr) == 8, "");
static_assert(offsetof(sockaddr_in6, sin6_scope_id) == 24, "");
static_assert(AF_INET6 == 30, "");
