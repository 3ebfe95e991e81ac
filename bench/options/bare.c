#include <errno.h>
#include <node_api.h>
#include <sys/socket.h>

// The yardstick: the two system calls through Node-API, written the plain way, without a check of anything.

static napi_value Number(napi_env env, int value) {
  napi_value result;
  napi_create_int32(env, value, &result);
  return result;
}

static napi_value GetSockOpt(napi_env env, napi_callback_info info) {
  napi_value arguments[3];
  size_t count = 3;
  int fd, level, name, value = 0;
  socklen_t length = sizeof value;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  napi_get_value_int32(env, arguments[0], &fd);
  napi_get_value_int32(env, arguments[1], &level);
  napi_get_value_int32(env, arguments[2], &name);
  if (getsockopt(fd, level, name, &value, &length) < 0) {
    napi_throw_error(env, NULL, "getsockopt");
    return NULL;
  }
  return Number(env, value);
}

static napi_value SetSockOpt(napi_env env, napi_callback_info info) {
  napi_value arguments[4];
  size_t count = 4;
  int fd, level, name, value;
  napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
  napi_get_value_int32(env, arguments[0], &fd);
  napi_get_value_int32(env, arguments[1], &level);
  napi_get_value_int32(env, arguments[2], &name);
  napi_get_value_int32(env, arguments[3], &value);
  return Number(env, setsockopt(fd, level, name, &value, sizeof value) < 0 ? errno : 0);
}

NAPI_MODULE_INIT() {
  napi_value get, set;
  napi_create_function(env, "getsockopt", NAPI_AUTO_LENGTH, GetSockOpt, NULL, &get);
  napi_create_function(env, "setsockopt", NAPI_AUTO_LENGTH, SetSockOpt, NULL, &set);
  napi_set_named_property(env, exports, "getsockopt", get);
  napi_set_named_property(env, exports, "setsockopt", set);
  return exports;
}
