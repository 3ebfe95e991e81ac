#include "arguments.h"

#include <cerrno>
#include <limits>
#include <string>

namespace sockctl {

Arguments::Arguments(napi_env env, napi_callback_info info) : env_(env) {
  size_t count = kMost;
  // Node fills the arguments that were not given with undefined.
  napi_get_cb_info(env, info, &count, values_.data(), nullptr, nullptr);
}

int32_t Arguments::Int32(size_t index) {
  double number = 0;
  if (napi_get_value_double(env_, values_[index], &number) != napi_ok) {
    ThrowTypeError(index, "a number");
    return 0;
  }
  constexpr double kLeast = std::numeric_limits<int32_t>::min();
  constexpr double kMostInt = std::numeric_limits<int32_t>::max();
  // NaN fails the comparison too.
  const bool fits = number >= kLeast && number <= kMostInt;
  const int32_t value = fits ? static_cast<int32_t>(number) : 0;
  if (!fits || static_cast<double>(value) != number) failed_ = true;
  return value;
}

Bytes Arguments::Uint8Array(size_t index) {
  bool is_typed_array = false;
  napi_is_typedarray(env_, values_[index], &is_typed_array);
  napi_typedarray_type type = napi_int8_array;
  void* data = nullptr;
  size_t length = 0;
  if (is_typed_array) {
    napi_get_typedarray_info(env_, values_[index], &type, &length, &data, nullptr, nullptr);
  }
  if (!is_typed_array || type != napi_uint8_array) {
    ThrowTypeError(index, "a Uint8Array");
    return {nullptr, 0};
  }
  if (length > static_cast<size_t>(std::numeric_limits<int32_t>::max())) failed_ = true;
  return {static_cast<uint8_t*>(data), length};
}

bool Arguments::IsUndefined(size_t index) const {
  napi_valuetype type = napi_undefined;
  napi_typeof(env_, values_[index], &type);
  return type == napi_undefined;
}

napi_value Arguments::Failure() const { return thrown_ ? nullptr : Result(env_, -EINVAL); }

void Arguments::ThrowTypeError(size_t index, const char* expected) {
  failed_ = true;
  if (thrown_) return;
  thrown_ = true;
  const std::string message = "Argument " + std::to_string(index + 1) + " must be " + expected;
  napi_throw_type_error(env_, "ERR_INVALID_ARG_TYPE", message.c_str());
}

napi_value Result(napi_env env, int32_t value) {
  napi_value result = nullptr;
  napi_create_int32(env, value, &result);
  return result;
}

}  // namespace sockctl
