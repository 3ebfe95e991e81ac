#include <arpa/inet.h>
#include <dirent.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// The yardstick: what a plain C program needs for the same questions. Answers each line "dump 0", "once 0", "listener PORT"
// or "owner PORT" with "NANOSECONDS FOUND": the TCP sockets, family by family or both at once, the inode of a port's
// listener, its owner's pid.

enum { kRead = 1 << 20, kAllStates = 0xffff, kListen = 1 << 10 };

// The older request, which has no family.
struct OldRequest {
  struct nlmsghdr head;
  struct inet_diag_req inet;
};

struct Request {
  struct nlmsghdr head;
  struct inet_diag_req_v2 inet;
  struct nlattr attribute;
  struct inet_diag_bc_op program[4];
};

static char buffer[kRead] __attribute__((aligned(8)));

static void Check(long result, const char* what) {
  if (result >= 0) return;
  perror(what);
  exit(1);
}

static double Nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

// Asks for the sockets of a family in some states, those of one local port alone where `port` is not 0.
static void Ask(int fd, int family, unsigned states, int port) {
  struct Request request = {
      .head = {.nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
      .inet = {.sdiag_family = family, .sdiag_protocol = IPPROTO_TCP, .idiag_states = states},
      .attribute = {.nla_len = sizeof request.attribute + sizeof request.program, .nla_type = INET_DIAG_REQ_BYTECODE},
      .program = {{INET_DIAG_BC_S_GE, 8, 20}, {0, 0, port}, {INET_DIAG_BC_S_LE, 8, 12}, {0, 0, port}},
  };
  const size_t unused = port == 0 ? sizeof request.attribute + sizeof request.program : 0;
  request.head.nlmsg_len = sizeof request - unused;
  Check(send(fd, &request, request.head.nlmsg_len, 0), "send");
}

// Walks over what comes, and returns how many sockets that were; leaves the inode of the last one.
static int Walk(int fd, unsigned* inode) {
  int count = 0;
  for (;;) {
    ssize_t left = recv(fd, buffer, sizeof buffer, 0);
    Check(left, "recv");
    for (const struct nlmsghdr* head = (void*)buffer; NLMSG_OK(head, left); head = NLMSG_NEXT(head, left)) {
      if (head->nlmsg_type == NLMSG_DONE) return count;
      if (head->nlmsg_type == NLMSG_ERROR) exit(1);
      *inode = ((const struct inet_diag_msg*)NLMSG_DATA(head))->idiag_inode;
      count++;
    }
  }
}

static int List(unsigned states, int port, unsigned* inode) {
  const int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  Check(fd, "socket");
  Ask(fd, AF_INET, states, port);
  int count = Walk(fd, inode);
  Ask(fd, AF_INET6, states, port);
  count += Walk(fd, inode);
  close(fd);
  return count;
}

static int ListOnce(void) {
  unsigned inode;
  const struct OldRequest request = {
      .head = {sizeof request, TCPDIAG_GETSOCK, NLM_F_REQUEST | NLM_F_DUMP, 0, 0},
      .inet = {.idiag_states = kAllStates},
  };
  const int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  Check(fd, "socket");
  Check(send(fd, &request, sizeof request, 0), "send");
  const int count = Walk(fd, &inode);
  close(fd);
  return count;
}

static int HasLink(const char* process, const char* wanted) {
  char path[300], link[64];
  int found = 0;
  snprintf(path, sizeof path, "/proc/%s/fd", process);
  DIR* directory = opendir(path);
  if (directory == NULL) return 0;
  for (const struct dirent* entry; (entry = readdir(directory)) != NULL;) {
    const ssize_t length = readlinkat(dirfd(directory), entry->d_name, link, sizeof link - 1);
    if (length < 0) continue;
    link[length] = 0;
    if (strcmp(link, wanted) == 0) found = 1;
  }
  closedir(directory);
  return found;
}

// Looks into every process, since a socket may have several owners. Returns the last.
static int Owner(unsigned inode) {
  char wanted[64];
  int owner = 0;
  snprintf(wanted, sizeof wanted, "socket:[%u]", inode);
  DIR* processes = opendir("/proc");
  for (const struct dirent* entry; (entry = readdir(processes)) != NULL;) {
    if (entry->d_name[0] < '1' || entry->d_name[0] > '9') continue;
    if (HasLink(entry->d_name, wanted)) owner = atoi(entry->d_name);
  }
  closedir(processes);
  return owner;
}

static int Answer(const char* question, int port) {
  unsigned inode = 0;
  if (strcmp(question, "once") == 0) return ListOnce();
  if (strcmp(question, "dump") == 0) return List(kAllStates, 0, &inode);
  List(kListen, port, &inode);
  return strcmp(question, "owner") == 0 ? Owner(inode) : (int)inode;
}

int main(void) {
  char question[16];
  int port;
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (scanf("%15s %d", question, &port) == 2) {
    const double start = Nanoseconds();
    const int found = Answer(question, port);
    printf("%.0f %d\n", Nanoseconds() - start, found);
  }
  return 0;
}
