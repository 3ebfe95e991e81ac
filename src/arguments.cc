#include "arguments.h"

#include <cerrno>
#include <limits>
#include <string>

namespace sockctl {

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

}  // namespace sockctl
