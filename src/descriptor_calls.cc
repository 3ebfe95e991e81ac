#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "arguments.h"
#include "calls.h"
#include "system.h"

namespace sockctl {

namespace {

using Descriptors = std::array<int, system::kMostDescriptors>;

}  // namespace

// The descriptors are given as the bytes of integers, since they are as many as one likes.
napi_value SendDescriptors(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, 3);
  const int fd = arguments.Int32(0);
  const Bytes message = arguments.Uint8Array(1);
  const Bytes given = arguments.Uint8Array(2);
  if (arguments.Failed()) return arguments.Failure();
  Descriptors descriptors{};
  if (given.length % sizeof(int) != 0 || given.length > sizeof descriptors) return Result(env, -EINVAL);
  if (given.length > 0) std::memcpy(descriptors.data(), given.data, given.length);
  const size_t count = given.length / sizeof(int);
  return Result(env, system::SendDescriptors(fd, message.data, message.length, descriptors.data(), count));
}

// Fills the given bytes with the descriptors, which are owned, and writes how many came. Where there is no room for
// all, all are closed.
napi_value ReceiveDescriptors(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, 3);
  const int fd = arguments.Int32(0);
  const Bytes target = arguments.Uint8Array(1);
  const Bytes room = arguments.Uint8Array(2);
  if (arguments.Failed()) return arguments.Failure();
  Descriptors descriptors{};
  size_t count = 0;
  const int length = system::ReceiveDescriptors(fd, target.data, target.length, descriptors.data(), &count);
  if (count * sizeof(int) > room.length) {
    for (size_t index = 0; index < count; index++) system::Close(descriptors.at(index));
    return Result(env, -EMSGSIZE);
  }
  for (size_t index = 0; index < count; index++) arguments.environment()->Own(descriptors.at(index));
  if (count > 0) std::memcpy(room.data, descriptors.data(), count * sizeof(int));
  arguments.environment()->Write(static_cast<int32_t>(count));
  return Result(env, length);
}

// What is replaced has to be owned: any other descriptor is somebody else's.
napi_value Replace(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, 2);
  const int fd = arguments.Int32(0);
  const int replacement = arguments.Int32(1);
  if (arguments.Failed()) return arguments.Failure();
  if (!arguments.environment()->Owns(fd)) return Result(env, -EBADF);
  const int result = system::Replace(fd, replacement);
  if (result == 0) arguments.environment()->Own(fd);
  return Result(env, result);
}

}  // namespace sockctl
