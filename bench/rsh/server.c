// A remote shell server with nothing behind it: the protocol of rshd(8) to the byte, and an answer that is made up at
// once. It is what clients are measured against where in.rshd would be the bound.
//   server [PORT]
// Every command answers "out ADDRESS COMMAND" and "err ADDRESS COMMAND", ADDRESS being the one that was dialled; one
// that begins with "cat" first reads its input to the end, and those that begin with "hold" are all answered once nothing
// has come in for a while, so that as many are held as the client wants at once.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { kLow = 512, kHigh = 1023, kStrings = 4, kRequest = 256, kQuietMs = 250 };

enum Phase { kReading, kConnecting, kCat, kHeld };

struct Session {
  int main_fd;
  int back_fd;  // -1 where the client wants no second channel
  enum Phase phase;
  struct Session* next_held;
  size_t length;
  char request[kRequest];
  struct sockaddr_in own;
  struct sockaddr_in peer;
};

static int epoll_fd;
static int next_port = kHigh;
static struct Session* held;

static void Watch(int operation, int fd, uint32_t events, struct Session* session, int is_back) {
  // Pointers are even: the lowest bit tells the channels apart.
  struct epoll_event event = {.events = events, .data.u64 = (uintptr_t)session | (unsigned)is_back};
  epoll_ctl(epoll_fd, operation, fd, &event);
}

static void End(struct Session* session) {
  if (session->back_fd >= 0) close(session->back_fd);
  close(session->main_fd);
  free(session);
}

// Where the strings of the request begin: the port, both users, the command. Gives how many are complete.
static int Strings(struct Session* session, char* strings[kStrings]) {
  int count = 0;
  char* start = session->request;
  char* end = start + session->length;
  while (count < kStrings) {
    char* stop = memchr(start, 0, (size_t)(end - start));
    if (!stop) break;
    strings[count++] = start;
    start = stop + 1;
  }
  return count;
}

// Connects to the client's port from a reserved one. The remnants of earlier ones do not count: SO_REUSEADDR.
static int ConnectBack(struct Session* session, int port) {
  struct sockaddr_in to = session->peer;
  to.sin_port = htons((uint16_t)port);
  for (int tries = 0; tries <= 2 * (kHigh - kLow); tries++) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_port = htons((uint16_t)next_port)};
    next_port = next_port > kLow ? next_port - 1 : kHigh;
    if (bind(fd, (struct sockaddr*)&from, sizeof from) == 0) {
      if (connect(fd, (struct sockaddr*)&to, sizeof to) == 0 || errno == EINPROGRESS) return fd;
    }
    close(fd);
  }
  return -1;
}

static void Answer(struct Session* session) {
  char* strings[kStrings];
  char address[INET_ADDRSTRLEN];
  char text[kRequest + 64];
  Strings(session, strings);
  inet_ntop(AF_INET, &session->own.sin_addr, address, sizeof address);
  int length = snprintf(text, sizeof text, "err %s %s\n", address, strings[3]);
  if (session->back_fd >= 0) (void)!write(session->back_fd, text, (size_t)length);
  memcpy(text, "out", 3);
  (void)!write(session->main_fd, text, (size_t)length);
  End(session);
}

// All four strings and the second channel are there: the byte 0, and then the command.
static void Start(struct Session* session) {
  char* strings[kStrings];
  if (session->phase != kReading || Strings(session, strings) < kStrings) return;
  (void)!write(session->main_fd, "", 1);
  if (strncmp(strings[3], "cat", 3) == 0) {
    session->phase = kCat;
  } else if (strncmp(strings[3], "hold", 4) == 0) {
    session->phase = kHeld;
    session->next_held = held;
    held = session;
    Watch(EPOLL_CTL_DEL, session->main_fd, 0, session, 0);
  } else {
    Answer(session);
  }
}

static void AnswerHeld(void) {
  while (held) {
    struct Session* session = held;
    held = session->next_held;
    Answer(session);
  }
}

static void ReadInput(struct Session* session) {
  char input[4096];
  ssize_t count = read(session->main_fd, input, sizeof input);
  if (count == 0) Answer(session);
  else if (count < 0 && errno != EAGAIN) End(session);
}

static void ReadRequest(struct Session* session) {
  char* strings[kStrings];
  int had_port = Strings(session, strings) > 0;
  size_t room = kRequest - session->length;
  ssize_t count = read(session->main_fd, session->request + session->length, room);
  if (count < 0 && errno == EAGAIN) return;
  if (count <= 0) return End(session);
  session->length += (size_t)count;
  if (!had_port && Strings(session, strings) > 0 && atoi(strings[0]) > 0) {
    session->back_fd = ConnectBack(session, atoi(strings[0]));
    if (session->back_fd < 0) return End(session);
    session->phase = kConnecting;
    Watch(EPOLL_CTL_ADD, session->back_fd, EPOLLOUT, session, 1);
  }
  Start(session);
}

static void Connected(struct Session* session) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(session->back_fd, SOL_SOCKET, SO_ERROR, &error, &size);
  Watch(EPOLL_CTL_DEL, session->back_fd, 0, session, 1);
  if (error != 0) return End(session);
  session->phase = kReading;
  Start(session);
}

static void Accept(int listener) {
  for (;;) {
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    int fd = accept4(listener, (struct sockaddr*)&peer, &size, SOCK_NONBLOCK);
    if (fd < 0) return;
    int port = ntohs(peer.sin_port);
    struct Session* session = port < kLow || port > kHigh ? NULL : calloc(1, sizeof *session);
    if (!session) {
      close(fd);
      continue;
    }
    session->main_fd = fd;
    session->back_fd = -1;
    session->peer = peer;
    size = sizeof session->own;
    getsockname(fd, (struct sockaddr*)&session->own, &size);
    Watch(EPOLL_CTL_ADD, fd, EPOLLIN, session, 0);
  }
}

static int Listen(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  if (bind(fd, (struct sockaddr*)&address, sizeof address) != 0 || listen(fd, 8192) != 0) {
    perror("server");
    exit(1);
  }
  return fd;
}

int main(int argc, char** argv) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  signal(SIGPIPE, SIG_IGN);
  int listener = Listen(argc > 1 ? atoi(argv[1]) : 514);
  epoll_fd = epoll_create1(0);
  Watch(EPOLL_CTL_ADD, listener, EPOLLIN, NULL, 0);
  for (;;) {
    // One at a time: an earlier one of a batch may have freed the session of a later one.
    struct epoll_event event;
    int count = epoll_wait(epoll_fd, &event, 1, held ? kQuietMs : -1);
    if (count == 0) AnswerHeld();
    if (count != 1) continue;
    struct Session* session = (struct Session*)(uintptr_t)(event.data.u64 & ~(uint64_t)1);
    if (!session) Accept(listener);
    else if (event.data.u64 & 1) Connected(session);
    else if (session->phase == kCat) ReadInput(session);
    else ReadRequest(session);
  }
}
