#ifndef SRC_ENVIRONMENT_H_
#define SRC_ENVIRONMENT_H_

#include <napi.h>

#include <array>
#include <cstdint>
#include <set>

namespace sockctl {

// What one JavaScript environment (the main thread or a worker) has of the addon: an integer that both sides can see,
// and the descriptors it owns. A worker can be ended at any moment without running JavaScript: what it still owns then
// is closed here.
class Environment {
 public:
  explicit Environment(Napi::Env env);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  // The integer as an Int32Array. JavaScript reads them right after the call that wrote them.
  napi_value Memory() const;
  void Write(int32_t value) { *memory_ = value; }

  // Takes the ownership of a descriptor, when it is one. Returns its argument.
  int Own(int fd);
  [[nodiscard]] bool Owns(int fd) const { return owned_.count(fd) == 1; }
  // Gives the ownership up. False when the descriptor was not owned.
  bool Release(int fd);

 private:
  Napi::Reference<Napi::Int32Array> array_;
  int32_t* memory_;
  std::set<int> owned_;
};

}  // namespace sockctl

#endif  // SRC_ENVIRONMENT_H_
