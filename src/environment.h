#ifndef SRC_ENVIRONMENT_H_
#define SRC_ENVIRONMENT_H_

#include <napi.h>

#include <array>
#include <cstdint>
#include <map>

#include "system.h"

namespace sockctl {

// What one JavaScript environment (the main thread or a worker) has of the addon: an integer that both sides can see,
// and the descriptors it owns. A worker can be ended at any moment without running JavaScript: what it still owns then
// is closed here. Its end can come between two lines that give a descriptor to Node, which then closes it first; so
// what is closed here is only what still stands for what it stood for.
class Environment {
 public:
  explicit Environment(Napi::Env env);
  ~Environment();
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  // The integer as an Int32Array. JavaScript reads them right after the call that wrote them.
  napi_value Memory() const;
  void Write(int32_t value) { *memory_ = value; }

  // Takes the ownership of a descriptor, when it is one, and of what it stands for. Returns its argument.
  int Own(int fd);
  // False also when somebody else has closed the descriptor, even if its number stands for something new by now.
  [[nodiscard]] bool Owns(int fd) const;
  // Closes what is owned; -EBADF for anything else.
  int Close(int fd);
  // Gives the ownership up. False when the descriptor was not owned.
  bool Release(int fd);

 private:
  Napi::Reference<Napi::Int32Array> array_;
  int32_t* memory_;
  std::map<int, system::Identity> owned_;
};

}  // namespace sockctl

#endif  // SRC_ENVIRONMENT_H_
