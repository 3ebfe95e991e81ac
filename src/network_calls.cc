#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "arguments.h"
#include "calls.h"
#include "system.h"

namespace sockctl {

napi_value InterfaceIndex(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, 1);
  const Bytes given = arguments.Uint8Array(0);
  if (arguments.Failed()) return arguments.Failure();
  std::array<char, system::kInterfaceNameSize> name{};
  if (given.length == 0 || given.length >= name.size()) return Result(env, -ENODEV);
  if (std::memchr(given.data, 0, given.length) != nullptr) return Result(env, -ENODEV);
  std::copy_n(given.data, given.length, name.begin());
  return Result(env, system::InterfaceIndex(name.data()));
}

// Fills the given bytes with the name and returns its length.
napi_value InterfaceName(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, 2);
  const int32_t index = arguments.Int32(0);
  const Bytes target = arguments.Uint8Array(1);
  if (arguments.Failed()) return arguments.Failure();
  std::array<char, system::kInterfaceNameSize> name{};
  const int result = system::InterfaceName(static_cast<uint32_t>(index), name.data());
  if (result < 0) return Result(env, result);
  const size_t length = std::min(strnlen(name.data(), name.size()), target.length);
  std::copy_n(name.begin(), length, target.data);
  return Result(env, static_cast<int32_t>(length));
}

napi_value NetworkNamespace(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 0);
  return Result(env, arguments.environment()->Own(system::NetworkNamespace()));
}

napi_value CreateNetworkNamespace(napi_env env, napi_callback_info info) {
  const Arguments arguments(env, info, 0);
  return Result(env, arguments.environment()->Own(system::CreateNetworkNamespace()));
}

napi_value SetNetworkNamespace(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, 1);
  const int fd = arguments.Int32(0);
  if (arguments.Failed()) return arguments.Failure();
  return Result(env, system::SetNetworkNamespace(fd));
}

}  // namespace sockctl
