#include "environment.h"

#include <cerrno>

#include "system.h"

namespace sockctl {

Environment::Environment(Napi::Env env)
    : array_(Napi::Persistent(Napi::Int32Array::New(env, 1))), memory_(array_.Value().Data()) {}

Environment::~Environment() {
  while (!owned_.empty()) Close(owned_.begin()->first);
}

napi_value Environment::Memory() const { return array_.Value(); }

int Environment::Own(int fd) {
  system::Identity identity{};
  if (fd >= 0 && system::Identify(fd, &identity) == 0) owned_.insert_or_assign(fd, identity);
  return fd;
}

bool Environment::Owns(int fd) const {
  const auto entry = owned_.find(fd);
  system::Identity identity{};
  return entry != owned_.end() && system::Identify(fd, &identity) == 0 && identity == entry->second;
}

int Environment::Close(int fd) {
  const bool owns = Owns(fd);
  owned_.erase(fd);
  return owns ? system::Close(fd) : -EBADF;
}

bool Environment::Release(int fd) { return owned_.erase(fd) == 1; }

}  // namespace sockctl
