#include <cerrno>

#include "arguments.h"
#include "calls.h"
#include "system.h"

namespace sockctl {

namespace {

template <typename Call>
napi_value CallWithFd(napi_env env, napi_callback_info info, Call call) {
  Arguments arguments(env, info, 1);
  const int fd = arguments.Int32(0);
  if (arguments.Failed()) return arguments.Failure();
  return Result(env, call(arguments.environment(), fd));
}

template <typename Call>
napi_value CallWithBytes(napi_env env, napi_callback_info info, Call call) {
  Arguments arguments(env, info, 2);
  const int fd = arguments.Int32(0);
  const Bytes bytes = arguments.Uint8Array(1);
  if (arguments.Failed()) return arguments.Failure();
  return Result(env, call(fd, bytes.data, bytes.length));
}

}  // namespace

napi_value Socket(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, 3);
  const int family = arguments.Int32(0);
  const int type = arguments.Int32(1);
  const int protocol = arguments.Int32(2);
  if (arguments.Failed()) return arguments.Failure();
  return Result(env, arguments.environment()->Own(system::Socket(family, type, protocol)));
}

napi_value Bind(napi_env env, napi_callback_info info) { return CallWithBytes(env, info, system::Bind); }

napi_value Connect(napi_env env, napi_callback_info info) { return CallWithBytes(env, info, system::Connect); }

// With an address, binds and listens at once: in between nobody else can take the port. Writes 1 when it was bind()
// that failed, 0 otherwise, since both calls fail with the same numbers.
napi_value Listen(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, 3);
  const int fd = arguments.Int32(0);
  const int backlog = arguments.Int32(1);
  const bool binds = !arguments.IsUndefined(2);
  const Bytes address = binds ? arguments.Uint8Array(2) : Bytes{nullptr, 0};
  if (arguments.Failed()) return arguments.Failure();
  const int bound = binds ? system::Bind(fd, address.data, address.length) : 0;
  arguments.environment()->Write(bound < 0 ? 1 : 0);
  return Result(env, bound < 0 ? bound : system::Listen(fd, backlog));
}

napi_value GetSockName(napi_env env, napi_callback_info info) { return CallWithBytes(env, info, system::GetSockName); }

napi_value GetPeerName(napi_env env, napi_callback_info info) { return CallWithBytes(env, info, system::GetPeerName); }

napi_value Shutdown(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, 2);
  const int fd = arguments.Int32(0);
  const int how = arguments.Int32(1);
  if (arguments.Failed()) return arguments.Failure();
  return Result(env, system::Shutdown(fd, how));
}

// Closes what this environment owns and nothing else: a descriptor number that was closed before may be a stranger's.
napi_value Close(napi_env env, napi_callback_info info) {
  return CallWithFd(env, info, [](Environment* environment, int fd) { return environment->Close(fd); });
}

// Takes over a descriptor that a system call opened without the addon's knowledge.
napi_value Own(napi_env env, napi_callback_info info) {
  return CallWithFd(env, info, [](Environment* environment, int fd) {
    environment->Own(fd);
    return environment->Owns(fd) ? 0 : -EBADF;
  });
}

// Gives a descriptor to somebody who will close it.
napi_value Release(napi_env env, napi_callback_info info) {
  return CallWithFd(env, info, [](Environment* environment, int fd) { return environment->Release(fd) ? 0 : -EBADF; });
}

napi_value Duplicate(napi_env env, napi_callback_info info) {
  return CallWithFd(env, info,
                    [](Environment* environment, int fd) { return environment->Own(system::Duplicate(fd)); });
}

}  // namespace sockctl
