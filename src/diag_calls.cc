#include <cstdint>

#include "arguments.h"
#include "calls.h"
#include "system.h"

namespace sockctl {

napi_value Send(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, 2);
  const int fd = arguments.Int32(0);
  const Bytes message = arguments.Uint8Array(1);
  if (arguments.Failed()) return arguments.Failure();
  return Result(env, system::Send(fd, message.data, message.length));
}

// Returns the length of the whole datagram, of which what had no room is lost.
napi_value Receive(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, 2);
  const int fd = arguments.Int32(0);
  const Bytes target = arguments.Uint8Array(1);
  if (arguments.Failed()) return arguments.Failure();
  return Result(env, system::Receive(fd, target.data, target.length));
}

// Fills the given bytes with pairs of descriptor and inode, and returns how many pairs there are, of which those that
// had no room are lost.
napi_value ProcessSockets(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, 2);
  const int32_t pid = arguments.Int32(0);
  const Bytes target = arguments.Uint8Array(1);
  if (arguments.Failed()) return arguments.Failure();
  return Result(env, system::ProcessSockets(pid, target.data, target.length));
}

napi_value OpenProcess(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, 1);
  const int32_t pid = arguments.Int32(0);
  if (arguments.Failed()) return arguments.Failure();
  return Result(env, arguments.environment()->Own(system::OpenProcess(pid)));
}

napi_value GetProcessDescriptor(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, 2);
  const int process = arguments.Int32(0);
  const int fd = arguments.Int32(1);
  if (arguments.Failed()) return arguments.Failure();
  return Result(env, arguments.environment()->Own(system::GetProcessDescriptor(process, fd)));
}

}  // namespace sockctl
