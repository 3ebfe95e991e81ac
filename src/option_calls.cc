#include "arguments.h"
#include "calls.h"
#include "environment.h"
#include "system.h"

namespace sockctl {

// Writes the value to the memory of the environment: it can be negative, as an errno can.
napi_value GetInt(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const int fd = arguments.Int32(0);
  const int level = arguments.Int32(1);
  const int name = arguments.Int32(2);
  if (arguments.Failed()) return arguments.Failure();
  int32_t value = 0;
  const int length = system::GetOption(fd, level, name, &value, sizeof value);
  if (length < 0) return Result(env, length);
  Environment::Of(env)->Write(value);
  return Result(env, 0);
}

napi_value SetInt(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const int fd = arguments.Int32(0);
  const int level = arguments.Int32(1);
  const int name = arguments.Int32(2);
  const int32_t value = arguments.Int32(3);
  if (arguments.Failed()) return arguments.Failure();
  return Result(env, system::SetOption(fd, level, name, &value, sizeof value));
}

// The bytes go in as well as out: some options read a request from the buffer that they answer in.
napi_value GetOption(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const int fd = arguments.Int32(0);
  const int level = arguments.Int32(1);
  const int name = arguments.Int32(2);
  const Bytes value = arguments.Uint8Array(3);
  if (arguments.Failed()) return arguments.Failure();
  return Result(env, system::GetOption(fd, level, name, value.data, value.length));
}

napi_value SetOption(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info);
  const int fd = arguments.Int32(0);
  const int level = arguments.Int32(1);
  const int name = arguments.Int32(2);
  const Bytes value = arguments.Uint8Array(3);
  if (arguments.Failed()) return arguments.Failure();
  return Result(env, system::SetOption(fd, level, name, value.data, value.length));
}

}  // namespace sockctl
