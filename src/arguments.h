#ifndef SRC_ARGUMENTS_H_
#define SRC_ARGUMENTS_H_

#include <napi.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace sockctl {

// Bytes that belong to JavaScript, valid until the native function returns.
struct Bytes {
  uint8_t* data;
  size_t length;
};

// Reads the arguments of one call. A value of the wrong type throws a TypeError; a number that is no 32-bit integer
// makes the call return -EINVAL. Either way Failed() is true afterwards and Failure() is what to return.
class Arguments {
 public:
  static constexpr size_t kMost = 4;

  Arguments(napi_env env, napi_callback_info info);

  int32_t Int32(size_t index);
  Bytes Uint8Array(size_t index);
  bool IsUndefined(size_t index) const;

  bool Failed() const { return failed_; }
  napi_value Failure() const;

 private:
  void ThrowTypeError(size_t index, const char* expected);

  napi_env env_;
  std::array<napi_value, kMost> values_{};
  bool failed_ = false;
  bool thrown_ = false;
};

// Makes the number that a native function returns.
napi_value Result(napi_env env, int32_t value);

}  // namespace sockctl

#endif  // SRC_ARGUMENTS_H_
