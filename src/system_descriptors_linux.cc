#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>

#include "system.h"

namespace sockctl::system {

namespace {

// Room for the most that one message can carry, aligned as the headers in it have to be.
struct alignas(cmsghdr) Control {
  std::array<char, CMSG_SPACE(kMostDescriptors * sizeof(int))> bytes;
};

// Copies the descriptors that came with a message, and returns how many there are.
size_t TakeDescriptors(msghdr* message, int* descriptors) {
  size_t count = 0;
  for (cmsghdr* header = CMSG_FIRSTHDR(message); header != nullptr; header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    const size_t length = header->cmsg_len - CMSG_LEN(0);
    std::memcpy(std::next(descriptors, static_cast<ptrdiff_t>(count)), CMSG_DATA(header), length);
    count += length / sizeof(int);
  }
  return count;
}

}  // namespace

int SendDescriptors(int fd, void* message, size_t length, const int* descriptors, size_t count) {
  Control control{};
  iovec part{message, length};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  if (count > 0) {
    header.msg_control = control.bytes.data();
    header.msg_controllen = CMSG_SPACE(count * sizeof(int));
    cmsghdr* rights = CMSG_FIRSTHDR(&header);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(count * sizeof(int));
    std::memcpy(CMSG_DATA(rights), descriptors, count * sizeof(int));
  }
  const ssize_t result = sendmsg(fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
  return result < 0 ? -errno : static_cast<int>(result);
}

int ReceiveDescriptors(int fd, void* target, size_t capacity, int* descriptors, size_t* count) {
  Control control{};
  iovec part{target, capacity};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.bytes.data();
  header.msg_controllen = control.bytes.size();
  const ssize_t result = recvmsg(fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (result < 0) return -errno;
  *count = TakeDescriptors(&header, descriptors);
  if ((static_cast<unsigned int>(header.msg_flags) & MSG_CTRUNC) == 0U) return static_cast<int>(result);
  // There is room for all that a message can carry: it is this process that may not open as many.
  for (size_t index = 0; index < *count; index++) Close(*std::next(descriptors, static_cast<ptrdiff_t>(index)));
  *count = 0;
  return -EMFILE;
}

int Replace(int fd, int replacement) {
  const int flags = fcntl(replacement, F_GETFL);
  if (flags < 0 || fcntl(replacement, F_SETFL, static_cast<unsigned int>(flags) | O_NONBLOCK) < 0) return -errno;
  return dup3(replacement, fd, O_CLOEXEC) < 0 ? -errno : 0;
}

}  // namespace sockctl::system
