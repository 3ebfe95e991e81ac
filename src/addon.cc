#include <napi.h>

#include <memory>

#include "arguments.h"
#include "calls.h"
#include "environment.h"

namespace sockctl {

napi_value Memory(napi_env env, napi_callback_info info) { return Arguments(env, info, 0).environment()->Memory(); }

namespace {

struct Export {
  const char* name;
  napi_callback function;
};

constexpr Export kExports[] = {
    {"memory", Memory},
    {"socket", Socket},
    {"bind", Bind},
    {"connect", Connect},
    {"listen", Listen},
    {"getsockname", GetSockName},
    {"getpeername", GetPeerName},
    {"shutdown", Shutdown},
    {"close", Close},
    {"own", Own},
    {"release", Release},
    {"dup", Duplicate},
    {"getInt", GetInt},
    {"setInt", SetInt},
    {"getsockopt", GetOption},
    {"setsockopt", SetOption},
    {"setProgram", SetProgram},
    {"interfaceIndex", InterfaceIndex},
    {"interfaceName", InterfaceName},
    {"networkNamespace", NetworkNamespace},
    {"createNetworkNamespace", CreateNetworkNamespace},
    {"setNetworkNamespace", SetNetworkNamespace},
    {"send", Send},
    {"receive", Receive},
    {"processSockets", ProcessSockets},
    {"openProcess", OpenProcess},
    {"getProcessDescriptor", GetProcessDescriptor},
    {"sendDescriptors", SendDescriptors},
    {"receiveDescriptors", ReceiveDescriptors},
    {"replace", Replace},
};

Napi::Object Initialize(Napi::Env env, Napi::Object exports) {
  // Owned by the environment that it describes, and deleted with it.
  Environment* environment = std::make_unique<Environment>(env).release();
  env.SetInstanceData(environment);
  for (const Export& entry : kExports) {
    napi_value function = nullptr;
    napi_create_function(env, entry.name, NAPI_AUTO_LENGTH, entry.function, environment, &function);
    exports.Set(entry.name, Napi::Value(env, function));
  }
  return exports;
}

}  // namespace

NODE_API_MODULE(sockctl, Initialize)

}  // namespace sockctl
