#ifndef SRC_CALLS_H_
#define SRC_CALLS_H_

#include <napi.h>

// The functions that JavaScript sees; lib/native.ts declares their arguments.
namespace sockctl {

napi_value Memory(napi_env env, napi_callback_info info);

napi_value Socket(napi_env env, napi_callback_info info);
napi_value Bind(napi_env env, napi_callback_info info);
napi_value Connect(napi_env env, napi_callback_info info);
napi_value Listen(napi_env env, napi_callback_info info);
napi_value GetSockName(napi_env env, napi_callback_info info);
napi_value GetPeerName(napi_env env, napi_callback_info info);
napi_value Shutdown(napi_env env, napi_callback_info info);
napi_value Close(napi_env env, napi_callback_info info);
napi_value Own(napi_env env, napi_callback_info info);
napi_value Release(napi_env env, napi_callback_info info);
napi_value Duplicate(napi_env env, napi_callback_info info);

napi_value GetInt(napi_env env, napi_callback_info info);
napi_value SetInt(napi_env env, napi_callback_info info);
napi_value GetOption(napi_env env, napi_callback_info info);
napi_value SetOption(napi_env env, napi_callback_info info);
napi_value SetProgram(napi_env env, napi_callback_info info);

napi_value InterfaceIndex(napi_env env, napi_callback_info info);
napi_value InterfaceName(napi_env env, napi_callback_info info);
napi_value NetworkNamespace(napi_env env, napi_callback_info info);
napi_value CreateNetworkNamespace(napi_env env, napi_callback_info info);
napi_value SetNetworkNamespace(napi_env env, napi_callback_info info);

napi_value Send(napi_env env, napi_callback_info info);
napi_value Receive(napi_env env, napi_callback_info info);
napi_value ProcessSockets(napi_env env, napi_callback_info info);
napi_value OpenProcess(napi_env env, napi_callback_info info);
napi_value GetProcessDescriptor(napi_env env, napi_callback_info info);

napi_value SendDescriptors(napi_env env, napi_callback_info info);
napi_value ReceiveDescriptors(napi_env env, napi_callback_info info);
napi_value Replace(napi_env env, napi_callback_info info);

}  // namespace sockctl

#endif  // SRC_CALLS_H_
