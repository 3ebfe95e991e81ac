// The places that lib/options takes from the structures of Linux; scripts/numbers.mjs compiles this.
#include <cstddef>

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in6.h>
#include <linux/inet_diag.h>
#include <linux/ipv6.h>
#include <linux/net_tstamp.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <linux/tls.h>

// lib/options/codecs/device.ts
static_assert(sizeof(sock_txtime) == 8, "");
static_assert(offsetof(sock_txtime, flags) == 4, "");
static_assert(SOF_TXTIME_DEADLINE_MODE == 1, "");
static_assert(SOF_TXTIME_REPORT_ERRORS == 2, "");

// lib/options/codecs/memory.ts
static_assert(SK_MEMINFO_RMEM_ALLOC == 0, "");
static_assert(SK_MEMINFO_RCVBUF == 1, "");
static_assert(SK_MEMINFO_WMEM_ALLOC == 2, "");
static_assert(SK_MEMINFO_SNDBUF == 3, "");
static_assert(SK_MEMINFO_FWD_ALLOC == 4, "");
static_assert(SK_MEMINFO_WMEM_QUEUED == 5, "");
static_assert(SK_MEMINFO_OPTMEM == 6, "");
static_assert(SK_MEMINFO_BACKLOG == 7, "");
static_assert(SK_MEMINFO_DROPS == 8, "");

// lib/options/codecs/congestion.ts
static_assert(sizeof(tcp_bbr_info) == 20, "");
static_assert(offsetof(tcp_bbr_info, bbr_bw_hi) == 4, "");
static_assert(offsetof(tcp_bbr_info, bbr_min_rtt) == 8, "");
static_assert(offsetof(tcp_bbr_info, bbr_pacing_gain) == 12, "");
static_assert(offsetof(tcp_bbr_info, bbr_cwnd_gain) == 16, "");
static_assert(sizeof(tcpvegas_info) == 16, "");
static_assert(offsetof(tcpvegas_info, tcpv_rttcnt) == 4, "");
static_assert(offsetof(tcpvegas_info, tcpv_rtt) == 8, "");
static_assert(offsetof(tcpvegas_info, tcpv_minrtt) == 12, "");
static_assert(sizeof(tcp_dctcp_info) == 16, "");
static_assert(offsetof(tcp_dctcp_info, dctcp_ce_state) == 2, "");
static_assert(offsetof(tcp_dctcp_info, dctcp_alpha) == 4, "");
static_assert(offsetof(tcp_dctcp_info, dctcp_ab_ecn) == 8, "");
static_assert(offsetof(tcp_dctcp_info, dctcp_ab_tot) == 12, "");

// lib/options/codecs/repair.ts
static_assert(sizeof(tcp_repair_opt) == 8, "");
static_assert(offsetof(tcp_repair_opt, opt_val) == 4, "");
static_assert(sizeof(tcp_repair_window) == 20, "");
static_assert(offsetof(tcp_repair_window, snd_wl1) == 0, "");
static_assert(offsetof(tcp_repair_window, snd_wnd) == 4, "");
static_assert(offsetof(tcp_repair_window, max_window) == 8, "");
static_assert(offsetof(tcp_repair_window, rcv_wnd) == 12, "");
static_assert(offsetof(tcp_repair_window, rcv_wup) == 16, "");
static_assert(TCP_NO_QUEUE == 0, "");
static_assert(TCP_RECV_QUEUE == 1, "");
static_assert(TCP_SEND_QUEUE == 2, "");

// TCP_ZEROCOPY_RECEIVE in lib/options/table/tcp.ts
static_assert(offsetof(tcp_zerocopy_receive, recv_skip_hint) == 12, "");
static_assert(offsetof(tcp_zerocopy_receive, inq) == 16, "");
static_assert(offsetof(tcp_zerocopy_receive, err) == 20, "");

// lib/options/codecs/crypto.ts
static_assert(TLS_1_2_VERSION == 0x0303, "");
static_assert(TLS_1_3_VERSION == 0x0304, "");
static_assert(TLS_CIPHER_AES_GCM_128 == 51, "");
static_assert(TLS_CIPHER_AES_GCM_256 == 52, "");
static_assert(TLS_CIPHER_AES_CCM_128 == 53, "");
static_assert(TLS_CIPHER_CHACHA20_POLY1305 == 54, "");
static_assert(TLS_CIPHER_SM4_GCM == 55, "");
static_assert(TLS_CIPHER_SM4_CCM == 56, "");
static_assert(TLS_CIPHER_ARIA_GCM_128 == 57, "");
static_assert(TLS_CIPHER_ARIA_GCM_256 == 58, "");
static_assert(sizeof(tls12_crypto_info_aes_gcm_128) == 40, "");
static_assert(offsetof(tls12_crypto_info_aes_gcm_128, iv) == 4, "");
static_assert(offsetof(tls12_crypto_info_aes_gcm_128, key) == 12, "");
static_assert(offsetof(tls12_crypto_info_aes_gcm_128, salt) == 28, "");
static_assert(offsetof(tls12_crypto_info_aes_gcm_128, rec_seq) == 32, "");
static_assert(sizeof(tls12_crypto_info_aes_gcm_256) == 56, "");
static_assert(sizeof(tls12_crypto_info_aes_ccm_128) == 40, "");
static_assert(sizeof(tls12_crypto_info_chacha20_poly1305) == 56, "");
static_assert(offsetof(tls12_crypto_info_chacha20_poly1305, key) == 16, "");
static_assert(offsetof(tls12_crypto_info_chacha20_poly1305, rec_seq) == 48, "");
static_assert(sizeof(tls12_crypto_info_sm4_gcm) == 40, "");
static_assert(sizeof(tls12_crypto_info_sm4_ccm) == 40, "");
static_assert(sizeof(tls12_crypto_info_aria_gcm_128) == 40, "");
static_assert(sizeof(tls12_crypto_info_aria_gcm_256) == 56, "");

// lib/options/codecs/icmp.ts
static_assert(sizeof(icmp_filter) == 4, "");
static_assert(sizeof(icmp6_filter) == 32, "");

// lib/options/codecs/pathmtu.ts
static_assert(sizeof(ip6_mtuinfo) == 32, "");
static_assert(offsetof(sockaddr_in6, sin6_addr) == 8, "");
static_assert(offsetof(ip6_mtuinfo, ip6m_mtu) == 28, "");

// lib/options/codecs/flowlabel.ts
static_assert(sizeof(in6_flowlabel_req) == 32, "");
static_assert(offsetof(in6_flowlabel_req, flr_label) == 16, "");
static_assert(offsetof(in6_flowlabel_req, flr_action) == 20, "");
static_assert(offsetof(in6_flowlabel_req, flr_share) == 21, "");
static_assert(offsetof(in6_flowlabel_req, flr_flags) == 22, "");
static_assert(offsetof(in6_flowlabel_req, flr_expires) == 24, "");
static_assert(offsetof(in6_flowlabel_req, flr_linger) == 26, "");
static_assert(IPV6_FL_A_GET == 0, "");
static_assert(IPV6_FL_A_PUT == 1, "");
static_assert(IPV6_FL_A_RENEW == 2, "");
static_assert(IPV6_FL_F_CREATE == 1, "");
static_assert(IPV6_FL_F_EXCL == 2, "");
static_assert(IPV6_FL_F_REFLECT == 4, "");
static_assert(IPV6_FL_S_NONE == 0, "");
static_assert(IPV6_FL_S_EXCL == 1, "");
static_assert(IPV6_FL_S_PROCESS == 2, "");
static_assert(IPV6_FL_S_USER == 3, "");
static_assert(IPV6_FL_S_ANY == 255, "");
