#ifndef SRC_SYSTEM_H_
#define SRC_SYSTEM_H_

#include <cstddef>
#include <cstdint>

// The system calls, free of any JavaScript. Each returns a descriptor, a length or 0, or a negated errno.
// What is the same on every POSIX system is in system_posix.cc; the rest is in a file named after its system.
namespace sockctl::system {

// Creates a close-on-exec, non-blocking socket.
int Socket(int family, int type, int protocol);
int Bind(int fd, const void* address, size_t length);
int Connect(int fd, const void* address, size_t length);
int Listen(int fd, int backlog);
int GetSockName(int fd, void* address, size_t capacity);
int GetPeerName(int fd, void* address, size_t capacity);
int Shutdown(int fd, int how);
int Close(int fd);
// 0 for a descriptor that is open.
int CheckOpen(int fd);
// Duplicates a descriptor; the duplicate is close-on-exec.
int Duplicate(int fd);

int GetOption(int fd, int level, int name, void* value, size_t capacity);
int SetOption(int fd, int level, int name, const void* value, size_t length);
// The bytes of one unit of an option's length, as getsockopt() counts it: 1, but for what is read in whole elements.
size_t LengthUnit(int level, int name);
// Sets an option whose value is a classic BPF program; -EINVAL for what is not whole instructions.
int SetProgram(int fd, int level, int name, void* instructions, size_t length);

int InterfaceIndex(const char* name);
// Writes the name with its terminating zero; `name` holds at least kInterfaceNameSize bytes.
int InterfaceName(uint32_t index, char* name);
constexpr size_t kInterfaceNameSize = 16;

// Opens the network namespace of the calling thread.
int NetworkNamespace();
// Makes a network namespace whose loopback interface is up, and leaves the calling thread where it was.
int CreateNetworkNamespace();
// Moves the calling thread to a network namespace.
int SetNetworkNamespace(int fd);

// Neither waits. Receive() returns the length of the whole datagram, which may be more than there was room for.
int Send(int fd, const void* message, size_t length);
int Receive(int fd, void* target, size_t capacity);

// Writes the sockets that a process has open, each as its descriptor and its inode, two uint32_t. Returns how many
// there are, which may be more than there was room for.
int ProcessSockets(int pid, uint8_t* pairs, size_t capacity);
// Opens a descriptor that stands for a process; it is close-on-exec, as is what GetProcessDescriptor() returns.
int OpenProcess(int pid);
// Duplicates a descriptor of the process that another descriptor stands for.
int GetProcessDescriptor(int process, int fd);

// The most descriptors that one message can carry (SCM_MAX_FD).
constexpr size_t kMostDescriptors = 253;
// Sends a message with up to kMostDescriptors descriptors over a Unix socket, without waiting.
int SendDescriptors(int fd, void* message, size_t length, const int* descriptors, size_t count);
// Receives a message without waiting, and the descriptors that come with it, close-on-exec; `descriptors` holds
// kMostDescriptors. -EMFILE when they did not all come in; then none is left open.
int ReceiveDescriptors(int fd, void* target, size_t capacity, int* descriptors, size_t* count);
// Makes a descriptor stand for what another one stands for, close-on-exec and non-blocking.
int Replace(int fd, int replacement);

}  // namespace sockctl::system

#endif  // SRC_SYSTEM_H_
