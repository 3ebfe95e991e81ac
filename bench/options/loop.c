#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

// Answers each line "set|get LEVEL NUMBER INT CALLS" with "NANOSECONDS-A-CALL VALUE".

static void Check(int result, const char* what) {
  if (result >= 0) return;
  perror(what);
  exit(1);
}

static int ConnectedSocket(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  Check(bind(listener, (struct sockaddr*)&address, sizeof address), "bind");
  Check(listen(listener, 1), "listen");
  Check(getsockname(listener, (struct sockaddr*)&address, &length), "getsockname");
  Check(connect(client, (struct sockaddr*)&address, sizeof address), "connect");
  Check(accept(listener, NULL, NULL), "accept");
  return client;
}

static double Nanoseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

static void Set(int fd, int level, int number, int value, int calls) {
  for (int call = 0; call < calls; call++) {
    Check(setsockopt(fd, level, number, &value, sizeof value), "setsockopt");
  }
}

static int Get(int fd, int level, int number, int calls) {
  int value = 0;
  for (int call = 0; call < calls; call++) {
    socklen_t length = sizeof value;
    Check(getsockopt(fd, level, number, &value, &length), "getsockopt");
  }
  return value;
}

int main(void) {
  const int fd = ConnectedSocket();
  char direction[4];
  int level, number, value, calls;
  setvbuf(stdout, NULL, _IOLBF, 0);
  while (scanf("%3s %d %d %d %d", direction, &level, &number, &value, &calls) == 5) {
    const double start = Nanoseconds();
    if (strcmp(direction, "set") == 0) Set(fd, level, number, value, calls);
    else value = Get(fd, level, number, calls);
    printf("%.3f %d\n", (Nanoseconds() - start) / calls, value);
  }
  return 0;
}
