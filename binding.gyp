{
  "targets": [
    {
      "target_name": "sockctl",
      "sources": [
        "src/addon.cc",
        "src/arguments.cc",
        "src/descriptor_calls.cc",
        "src/diag_calls.cc",
        "src/environment.cc",
        "src/network_calls.cc",
        "src/option_calls.cc",
        "src/socket_calls.cc"
      ],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=8", "NAPI_DISABLE_CPP_EXCEPTIONS"],
      "cflags_cc": ["-std=c++17", "-Wall", "-Wextra", "-fvisibility=hidden"],
      "conditions": [
        ["OS == 'linux'", {
          "sources": [
            "src/system_posix.cc",
            "src/system_linux.cc",
            "src/system_descriptors_linux.cc",
            "src/system_diag_linux.cc"
          ]
        }]
      ]
    }
  ]
}
