{
  "targets": [
    {
      "target_name": "bare",
      "sources": ["options/bare.c"],
      "defines": ["NAPI_VERSION=8"],
      "cflags": ["-Wall", "-Wextra"]
    }
  ]
}
