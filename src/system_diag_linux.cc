#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <string_view>

#include "system.h"

namespace sockctl::system {

namespace {

// The C library's headers may be older than these calls, whose numbers are the same on every architecture.
constexpr int kPidfdOpen = 434;
constexpr int kPidfdGetfd = 438;

// Holds "/proc/<pid>/fd", and "socket:[<inode>]".
constexpr size_t kTextSize = 32;

// Reads the number that a text begins with; false when it begins with none.
bool ReadNumber(std::string_view text, uint32_t* number) {
  return std::from_chars(text.data(), text.data() + text.size(), *number).ec == std::errc();
}

// Reads the inode of the socket that a link in /proc/<pid>/fd leads to; false when it leads elsewhere.
bool ReadSocketInode(int directory, const char* name, uint32_t* inode) {
  constexpr std::string_view kPrefix = "socket:[";
  std::array<char, kTextSize> link{};
  const ssize_t length = readlinkat(directory, name, link.data(), link.size());
  if (length <= static_cast<ssize_t>(kPrefix.size())) return false;
  const std::string_view text(link.data(), static_cast<size_t>(length));
  return text.substr(0, kPrefix.size()) == kPrefix && ReadNumber(text.substr(kPrefix.size()), inode);
}

// Opens /proc/<pid>/fd.
DIR* OpenDescriptors(int pid, int* error) {
  std::array<char, kTextSize> path{};
  (void)std::snprintf(path.data(), path.size(), "/proc/%d/fd", pid);
  DIR* directory = opendir(path.data());
  *error = directory == nullptr ? -errno : 0;
  return directory;
}

}  // namespace

int Send(int fd, const void* message, size_t length) {
  const ssize_t result = send(fd, message, length, MSG_DONTWAIT | MSG_NOSIGNAL);
  return result < 0 ? -errno : static_cast<int>(result);
}

int Receive(int fd, void* target, size_t capacity) {
  const ssize_t result = recv(fd, target, capacity, MSG_DONTWAIT | MSG_TRUNC);
  return result < 0 ? -errno : static_cast<int>(result);
}

int ProcessSockets(int pid, uint8_t* pairs, size_t capacity) {
  int count = 0;
  DIR* directory = OpenDescriptors(pid, &count);
  if (directory == nullptr) return count;
  // Nobody else reads this directory stream.
  while (const dirent* entry = readdir(directory)) {  // NOLINT(concurrency-mt-unsafe)
    std::array<uint32_t, 2> pair{};
    const char* name = std::data(entry->d_name);
    if (!ReadNumber(name, pair.data()) || !ReadSocketInode(dirfd(directory), name, &pair[1])) continue;
    const size_t offset = static_cast<size_t>(count) * sizeof pair;
    if (offset + sizeof pair <= capacity)
      std::memcpy(std::next(pairs, static_cast<ptrdiff_t>(offset)), pair.data(), sizeof pair);
    count++;
  }
  closedir(directory);
  return count;
}

int OpenProcess(int pid) {
  const auto fd = syscall(kPidfdOpen, pid, 0);
  return fd < 0 ? -errno : static_cast<int>(fd);
}

int GetProcessDescriptor(int process, int fd) {
  const auto duplicate = syscall(kPidfdGetfd, process, fd, 0);
  return duplicate < 0 ? -errno : static_cast<int>(duplicate);
}

}  // namespace sockctl::system
