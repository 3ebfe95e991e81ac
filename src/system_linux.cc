#include <fcntl.h>
#include <linux/filter.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>

#include "system.h"

namespace sockctl::system {

namespace {

// Brings up the loopback interface of the calling thread's network namespace.
int RaiseLoopback() {
  const int fd = Socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0) return fd;
  ifreq request{};
  std::memcpy(&request.ifr_name, "lo", sizeof "lo");
  request.ifr_flags = IFF_UP;
  const int result = ioctl(fd, SIOCSIFFLAGS, &request) < 0 ? -errno : 0;
  Close(fd);
  return result;
}

}  // namespace

int Socket(int family, int type, int protocol) {
  const int fd = socket(family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);
  return fd < 0 ? -errno : fd;
}

int Duplicate(int fd) {
  const int duplicate = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  return duplicate < 0 ? -errno : duplicate;
}

// SO_GET_FILTER counts instructions: a length in bytes would let the kernel write eight times as much.
size_t LengthUnit(int level, int name) {
  return level == SOL_SOCKET && name == SO_GET_FILTER ? sizeof(sock_filter) : 1;
}

int SetProgram(int fd, int level, int name, void* instructions, size_t length) {
  const size_t count = length / sizeof(sock_filter);
  if (length % sizeof(sock_filter) != 0 || count > std::numeric_limits<uint16_t>::max()) return -EINVAL;
  const sock_fprog program{static_cast<uint16_t>(count), static_cast<sock_filter*>(instructions)};
  return SetOption(fd, level, name, &program, sizeof program);
}

int NetworkNamespace() {
  const int fd = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

int SetNetworkNamespace(int fd) { return setns(fd, CLONE_NEWNET) < 0 ? -errno : 0; }

int CreateNetworkNamespace() {
  const int home = NetworkNamespace();
  if (home < 0) return home;
  // A user namespace may make what it could not come back from: whoever may not enter home now, may not return to it.
  int left = SetNetworkNamespace(home);
  if (left == 0 && unshare(CLONE_NEWNET) < 0) left = -errno;
  if (left < 0) {
    Close(home);
    return left;
  }
  const int raised = RaiseLoopback();
  int created = raised < 0 ? raised : NetworkNamespace();
  const int returned = SetNetworkNamespace(home);
  Close(home);
  if (returned < 0) {
    if (created >= 0) Close(created);
    created = returned;
  }
  return created;
}

}  // namespace sockctl::system
