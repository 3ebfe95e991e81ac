#include <fcntl.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "system.h"

namespace sockctl::system {

static_assert(kInterfaceNameSize >= IF_NAMESIZE, "an interface name fits");

namespace {

int ResultOf(int result) { return result < 0 ? -errno : result; }

}  // namespace

int Bind(int fd, const void* address, size_t length) {
  return ResultOf(bind(fd, static_cast<const sockaddr*>(address), static_cast<socklen_t>(length)));
}

int Connect(int fd, const void* address, size_t length) {
  return ResultOf(connect(fd, static_cast<const sockaddr*>(address), static_cast<socklen_t>(length)));
}

int Listen(int fd, int backlog) { return ResultOf(listen(fd, backlog)); }

int GetSockName(int fd, void* address, size_t capacity) {
  auto length = static_cast<socklen_t>(capacity);
  const int result = getsockname(fd, static_cast<sockaddr*>(address), &length);
  return result < 0 ? -errno : static_cast<int>(length);
}

int GetPeerName(int fd, void* address, size_t capacity) {
  auto length = static_cast<socklen_t>(capacity);
  const int result = getpeername(fd, static_cast<sockaddr*>(address), &length);
  return result < 0 ? -errno : static_cast<int>(length);
}

int Shutdown(int fd, int how) { return ResultOf(shutdown(fd, how)); }

int Close(int fd) {
  // An interrupted close() has closed the descriptor all the same; a second one could hit a stranger's.
  const int result = close(fd);
  return result < 0 && errno != EINTR ? -errno : 0;
}

int CheckOpen(int fd) { return fcntl(fd, F_GETFD) < 0 ? -errno : 0; }

int GetOption(int fd, int level, int name, void* value, size_t capacity) {
  const size_t unit = LengthUnit(level, name);
  // No room at all would be a question for the number of units.
  if (unit > 1 && capacity < unit) return -EINVAL;
  auto length = static_cast<socklen_t>(capacity / unit);
  const int result = getsockopt(fd, level, name, value, &length);
  return result < 0 ? -errno : static_cast<int>(length * unit);
}

int SetOption(int fd, int level, int name, const void* value, size_t length) {
  return ResultOf(setsockopt(fd, level, name, value, static_cast<socklen_t>(length)));
}

int InterfaceIndex(const char* name) {
  const unsigned int index = if_nametoindex(name);
  return index == 0 ? -errno : static_cast<int>(index);
}

int InterfaceName(uint32_t index, char* name) { return if_indextoname(index, name) == nullptr ? -errno : 0; }

}  // namespace sockctl::system
