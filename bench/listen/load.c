#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// load PORT IN-FLIGHT SECONDS CPU: keeps that many connections to 127.0.0.1 open, on one CPU. Each sends a byte, waits
// until the server has answered and closed, and is followed by another. Prints JSON. The server closes first, so the
// TIME_WAIT is its own.

struct Load {
  int poll;
  struct sockaddr_in server;
  long done;
  long failed;
};

static void Check(int result, const char* what) {
  if (result >= 0) return;
  perror(what);
  exit(1);
}

static double Seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void Pin(int cpu) {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  CPU_SET(cpu, &cpus);
  Check(sched_setaffinity(0, sizeof cpus, &cpus), "sched_setaffinity");
}

static void Open(const struct Load* load) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct epoll_event event = {.events = EPOLLOUT, .data.fd = fd};
  Check(fd, "socket");
  if (connect(fd, (const struct sockaddr*)&load->server, sizeof load->server) < 0 && errno != EINPROGRESS) {
    Check(-1, "connect");
  }
  Check(epoll_ctl(load->poll, EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
}

// Sends the request once the connection is there.
static void Ask(const struct Load* load, int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  if (send(fd, "?", 1, MSG_NOSIGNAL) == 1) Check(epoll_ctl(load->poll, EPOLL_CTL_MOD, fd, &event), "epoll_ctl");
}

// Reads what is there, and opens the next connection when the server has closed this one.
static void Read(struct Load* load, int fd) {
  char bytes[64];
  const ssize_t length = recv(fd, bytes, sizeof bytes, 0);
  if (length > 0 || (length < 0 && errno == EAGAIN)) return;
  if (length == 0) {
    load->done++;
  } else {
    load->failed++;
  }
  close(fd);
  Open(load);
}

static void Run(struct Load* load, double until) {
  struct epoll_event events[256];
  while (Seconds() < until) {
    const int count = epoll_wait(load->poll, events, 256, 100);
    if (count < 0 && errno != EINTR) Check(-1, "epoll_wait");
    for (int at = 0; at < count; at++) {
      if (events[at].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
        Read(load, events[at].data.fd);
      } else {
        Ask(load, events[at].data.fd);
      }
    }
  }
}

static double CpuSeconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  struct Load load = {.poll = epoll_create1(EPOLL_CLOEXEC)};
  load.server.sin_family = AF_INET;
  load.server.sin_port = htons((uint16_t)atoi(argv[1]));
  load.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  Pin(atoi(argv[4]));
  for (int opened = 0; opened < atoi(argv[2]); opened++) Open(&load);
  // What comes before is warm-up.
  Run(&load, Seconds() + 0.3);
  load.done = load.failed = 0;
  const double start = Seconds();
  const double cpu = CpuSeconds();
  Run(&load, start + atof(argv[3]));
  const double elapsed = Seconds() - start;
  printf("{\"done\":%ld,\"failed\":%ld,\"seconds\":%.6f,\"cpu\":%.6f}\n", load.done, load.failed, elapsed,
         CpuSeconds() - cpu);
  return 0;
}
