#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

// remnants COUNT: leaves COUNT sockets in TIME_WAIT, then prints how many connections it made. Each connection comes from
// one of several loopback addresses, and its client closes first.

enum { kPerAddress = 20000, kPort = 5000 };

static void Check(int result, const char* what) {
  if (result >= 0) return;
  perror(what);
  exit(1);
}

static struct sockaddr_in Address(int host, int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + host);
  return address;
}

static void Connect(int listener, int host) {
  const struct sockaddr_in from = Address(host, 0), to = Address(0, kPort);
  const int client = socket(AF_INET, SOCK_STREAM, 0);
  Check(client, "socket");
  Check(bind(client, (const struct sockaddr*)&from, sizeof from), "bind");
  Check(connect(client, (const struct sockaddr*)&to, sizeof to), "connect");
  const int accepted = accept(listener, NULL, NULL);
  Check(accepted, "accept");
  close(client);
  close(accepted);
}

int main(int count, char** arguments) {
  const int wanted = count > 1 ? atoi(arguments[1]) : 0;
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  const struct sockaddr_in address = Address(0, kPort);
  Check(bind(listener, (const struct sockaddr*)&address, sizeof address), "bind");
  Check(listen(listener, 16), "listen");
  for (int made = 0; made < wanted; made++) Connect(listener, 1 + made / kPerAddress);
  printf("%d\n", wanted);
  return 0;
}
