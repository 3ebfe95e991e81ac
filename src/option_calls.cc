#include "arguments.h"
#include "calls.h"
#include "system.h"

namespace sockctl {

namespace {

// What names an option of a socket: the first three arguments of each call here.
struct OptionKey {
  int fd;
  int level;
  int name;
};

OptionKey ReadKey(Arguments* arguments) {
  const int fd = arguments->Int32(0);
  const int level = arguments->Int32(1);
  return {fd, level, arguments->Int32(2)};
}

template <typename Call>
napi_value CallWithValue(napi_env env, napi_callback_info info, Call call) {
  Arguments arguments(env, info, 4);
  const OptionKey key = ReadKey(&arguments);
  const Bytes value = arguments.Uint8Array(3);
  if (arguments.Failed()) return arguments.Failure();
  return Result(env, call(key.fd, key.level, key.name, value.data, value.length));
}

}  // namespace

// Writes the value to the memory of the environment: it can be negative, as an errno can.
napi_value GetInt(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, 3);
  const OptionKey key = ReadKey(&arguments);
  if (arguments.Failed()) return arguments.Failure();
  int32_t value = 0;
  const int length = system::GetOption(key.fd, key.level, key.name, &value, sizeof value);
  if (length < 0) return Result(env, length);
  arguments.environment()->Write(value);
  return Result(env, 0);
}

napi_value SetInt(napi_env env, napi_callback_info info) {
  Arguments arguments(env, info, 4);
  const OptionKey key = ReadKey(&arguments);
  const int32_t value = arguments.Int32(3);
  if (arguments.Failed()) return arguments.Failure();
  return Result(env, system::SetOption(key.fd, key.level, key.name, &value, sizeof value));
}

// The bytes go in as well as out: some options read a request from the buffer that they answer in.
napi_value GetOption(napi_env env, napi_callback_info info) { return CallWithValue(env, info, system::GetOption); }

napi_value SetOption(napi_env env, napi_callback_info info) { return CallWithValue(env, info, system::SetOption); }

// For the options whose value points to a program: the bytes are its instructions.
napi_value SetProgram(napi_env env, napi_callback_info info) { return CallWithValue(env, info, system::SetProgram); }

}  // namespace sockctl
