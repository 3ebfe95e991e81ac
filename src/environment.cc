#include "environment.h"

#include "system.h"

namespace sockctl {

Environment::Environment(Napi::Env env)
    : array_(Napi::Persistent(Napi::Int32Array::New(env, 1))), memory_(array_.Value().Data()) {}

Environment::~Environment() {
  for (const int fd : owned_) system::Close(fd);
}

napi_value Environment::Memory() const { return array_.Value(); }

int Environment::Own(int fd) {
  if (fd >= 0) owned_.insert(fd);
  return fd;
}

bool Environment::Release(int fd) { return owned_.erase(fd) == 1; }

}  // namespace sockctl
