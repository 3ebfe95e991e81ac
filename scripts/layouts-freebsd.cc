// The places that lib/options takes from the structures of FreeBSD; scripts/numbers.mjs compiles this.
#include <cstddef>

#include <sys/types.h>
#include <sys/socket.h>
#include <sys/ucred.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

// lib/options/bsdinfo.ts
static_assert(offsetof(tcp_info, tcpi_state) == 0, "");
static_assert(offsetof(tcp_info, tcpi_options) == 5, "");
static_assert(offsetof(tcp_info, tcpi_rto) == 8, "");
static_assert(offsetof(tcp_info, tcpi_snd_mss) == 16, "");
static_assert(offsetof(tcp_info, tcpi_rcv_mss) == 20, "");
static_assert(offsetof(tcp_info, tcpi_last_data_recv) == 52, "");
static_assert(offsetof(tcp_info, tcpi_rtt) == 68, "");
static_assert(offsetof(tcp_info, tcpi_rttvar) == 72, "");
static_assert(offsetof(tcp_info, tcpi_snd_ssthresh) == 76, "");
static_assert(offsetof(tcp_info, tcpi_snd_cwnd) == 80, "");
static_assert(offsetof(tcp_info, tcpi_rcv_space) == 96, "");
static_assert(offsetof(tcp_info, tcpi_snd_wnd) == 100, "");
static_assert(offsetof(tcp_info, tcpi_snd_rexmitpack) == 120, "");
static_assert(offsetof(tcp_info, tcpi_rcv_ooopack) == 124, "");
static_assert(offsetof(tcp_info, tcpi_delivered_ce) == 132, "");

// lib/options/xucred.ts
static_assert(sizeof(xucred) == (sizeof(void *) == 8 ? 88 : 80), "");
static_assert(offsetof(xucred, cr_uid) == 4, "");
static_assert(offsetof(xucred, cr_ngroups) == 8, "");
static_assert(offsetof(xucred, cr_groups) == 12, "");
static_assert(offsetof(xucred, cr_pid) == (sizeof(void *) == 8 ? 80 : 76), "");
static_assert(XU_NGROUPS == 16, "");

// lib/options/names.ts
static_assert(sizeof(accept_filter_arg) == 256, "");
static_assert(offsetof(accept_filter_arg, af_arg) == 16, "");
static_assert(sizeof(tcp_function_set) == 36, "");
static_assert(offsetof(tcp_function_set, pcbcnt) == 32, "");
static_assert(TCP_LOG_ID_LEN == 64, "");

// lib/options/nexthop.ts
static_assert(sizeof(sockaddr_in6) == 28, "");
static_assert(offsetof(sockaddr_in6, sin6_len) == 0, "");
static_assert(offsetof(sockaddr_in6, sin6_family) == 1, "");
static_assert(offsetof(sockaddr_in6, sin6_addr) == 8, "");
static_assert(offsetof(sockaddr_in6, sin6_scope_id) == 24, "");
static_assert(AF_INET6 == 28, "");
