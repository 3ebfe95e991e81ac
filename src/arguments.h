#ifndef SRC_ARGUMENTS_H_
#define SRC_ARGUMENTS_H_

#include <napi.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "environment.h"

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

  // `expected` is how many arguments the function has.
  Arguments(napi_env env, napi_callback_info info, size_t expected) : env_(env) {
    // Node fills the arguments that were not given with undefined.
    napi_get_cb_info(env, info, &expected, values_.data(), nullptr, &data_);
  }

  // The environment that the function was exported to.
  [[nodiscard]] Environment* environment() const { return static_cast<Environment*>(data_); }

  // In the header, since it is most of what an option costs beyond its system call.
  int32_t Int32(size_t index) {
    constexpr double kLeast = std::numeric_limits<int32_t>::min();
    constexpr double kGreatest = std::numeric_limits<int32_t>::max();
    double number = 0;
    if (napi_get_value_double(env_, values_[index], &number) != napi_ok) {
      ThrowTypeError(index, "a number");
      return 0;
    }
    // NaN fails the comparison too.
    const bool fits = number >= kLeast && number <= kGreatest;
    const int32_t value = fits ? static_cast<int32_t>(number) : 0;
    if (static_cast<double>(value) != number) failed_ = true;
    return value;
  }

  Bytes Uint8Array(size_t index);
  [[nodiscard]] bool IsUndefined(size_t index) const;

  [[nodiscard]] bool Failed() const { return failed_; }
  [[nodiscard]] napi_value Failure() const;

 private:
  void ThrowTypeError(size_t index, const char* expected);

  napi_env env_;
  void* data_ = nullptr;
  std::array<napi_value, kMost> values_{};
  bool failed_ = false;
  bool thrown_ = false;
};

// Makes the number that a native function returns.
inline napi_value Result(napi_env env, int32_t value) {
  napi_value result = nullptr;
  napi_create_int32(env, value, &result);
  return result;
}

}  // namespace sockctl

#endif  // SRC_ARGUMENTS_H_
